"""No widgets: arrays become numbers, limits and images here.

Everything in this package is a pure function of its arguments: float arrays [L layers, S slots] in, plain values and
uint8 images out. What a colour means is decided here and nowhere else, so that it can be tested without a window.
"""
