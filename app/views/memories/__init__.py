"""The library of saved memories, and the ways into it."""
