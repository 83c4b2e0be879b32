"""What recipes of tests have in common: a model that is trained in a moment, and how its dialogues grow."""

from __future__ import annotations

MODEL = """[model]
layers = 2
width = 16
head_dim = 4
query_heads = 2
kv_heads = 1
slots = 3
feed_forward = 16
vocabulary = 320
interaction_length = 48
gate_init = 0.5
"""
DATA = """[data]
tokenizer_dialogues = 10
turns_per_dialogue = 4
"""
CURRICULUM = """[curriculum]
turns = [2, 3]
promote_at_value_accuracy = 0.9
promote_after_steps = 2
earlier_share = 0.3
"""
