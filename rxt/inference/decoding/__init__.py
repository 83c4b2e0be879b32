"""One token after another, fast: plans made once from a model's weights. Never what is computed, only how."""
