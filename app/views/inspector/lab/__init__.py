"""The lab: experiments on copies of a memory, and what they have shown."""
