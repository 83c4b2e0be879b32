"""The bricks: norm, rope, attention, feed-forward, experts, gate. No state but weights; no configs."""
