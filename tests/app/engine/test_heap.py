"""A long conversation gives back what it does not need."""

from __future__ import annotations

from app.engine.heap import EVERY, Heap


def test_that_free_pages_are_given_back_now_and_then() -> None:
    heap = Heap()
    asked: list[int] = []
    heap._trim = lambda pad: asked.append(pad) or 1
    for _ in range(2 * EVERY + 1):
        heap.turn_over()
    assert asked == [0, 0]


def test_that_a_c_library_without_trimming_is_no_trouble() -> None:
    heap = Heap()
    heap._trim = None
    for _ in range(EVERY):
        heap.turn_over()
