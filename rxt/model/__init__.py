"""The Reactive Transformer as tensors: decoder, encoder, memory attention. No text, no clock, no files."""
