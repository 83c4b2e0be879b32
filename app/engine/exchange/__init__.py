"""Conversations as files: JSON with everything, pages to read, and what comes back from such a file."""
