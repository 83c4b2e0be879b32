"""Answering and remembering, turn by turn. The only clock."""
