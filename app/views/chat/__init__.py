"""The conversation: its messages, the composer, and what lies over them."""
