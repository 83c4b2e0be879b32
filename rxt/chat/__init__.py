"""A chat in the terminal: lines in, events out, and the memory in a file at the end. Writes to the terminal."""
