"""Answers that no service sends in earnest."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from blink_tui.ksef.answers import read_problem
from blink_tui.ksef.wire import decoded

_DEEP = b"[" * 200_000


@pytest.mark.parametrize("result", [list[msgspec.Raw], Any])
def test_an_answer_nested_too_deeply_cannot_be_read(result: Any) -> None:
    """What the decoder raises is no ValueError, and would end a run over all firms."""
    with pytest.raises(ValueError, match="nested too deeply"):
        decoded(_DEEP, result)


def test_a_refusal_nested_too_deeply_is_a_refusal() -> None:
    assert read_problem(400, {"content-type": "application/json"}, b'{"a":' + _DEEP).details
