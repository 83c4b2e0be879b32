"""The stand-in for the port is held to the port: what the views are tested with is what they are given."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from PySide6.QtCore import QMetaMethod, QObject

from app.engine.port import EnginePort
from tests.app.views.fake_port import RecordingPort


def signals(port: Any) -> set[str]:
    """The public ones with their types, without those of QObject; the stubs do not know `staticMetaObject`."""
    meta = port.staticMetaObject
    methods = (meta.method(index) for index in range(meta.superClass().methodCount(), meta.methodCount()))
    found = (bytes(method.methodSignature().data()).decode() for method in methods if is_signal(method))
    return {signature for signature in found if not signature.startswith("_")}


def is_signal(method: QMetaMethod) -> bool:
    return method.methodType() is QMetaMethod.MethodType.Signal


def verbs(port: type[QObject]) -> dict[str, Any]:
    """The public methods, without those of QObject."""
    found = inspect.getmembers(port, inspect.isfunction)
    return {name: verb for name, verb in found if not name.startswith("_") and not hasattr(QObject, name)}


def test_that_the_stand_in_has_the_signals_of_the_port() -> None:
    assert signals(EnginePort)
    assert signals(RecordingPort) == signals(EnginePort)


def test_that_the_stand_in_has_the_verbs_of_the_port_and_no_others() -> None:
    assert verbs(RecordingPort).keys() == verbs(EnginePort).keys()


@pytest.mark.parametrize("verb", verbs(RecordingPort))
def test_that_a_verb_of_the_stand_in_is_asked_like_that_of_the_port(verb: str) -> None:
    assert inspect.signature(verbs(RecordingPort)[verb]) == inspect.signature(verbs(EnginePort)[verb])
