"""Training of Reactive Transformers: data, stages, loop and evaluation, each usable alone."""
