"""Errors, secrets and the language in which they speak."""

from __future__ import annotations

import pickle

import pytest

from blink_tui.i18n import set_language
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.secret import Secret


def test_a_secret_does_not_print_and_does_not_travel() -> None:
    secret = Secret("tajny-żeton")
    assert "tajny" not in f"{secret} {secret!r} {[secret]} {secret!s}"
    assert secret.reveal_text() == "tajny-żeton"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_an_error_survives_the_way_out_of_a_worker() -> None:
    error = BlinkError(USAGE, firm="5265877635", cause="c", trace_id="t", problem="zły {nawias}")
    again = pickle.loads(pickle.dumps(error))
    assert (again.kind, again.firm, again.cause, again.trace_id) == (USAGE, "5265877635", "c", "t")
    assert str(again) == "zły {nawias}"


@pytest.mark.parametrize(("asked", "got"), [("pl", "pl"), ("en_GB", "en"), ("xx", "pl"), (None, "pl")])
def test_polish_is_spoken_unless_english_is_asked_for(
    asked: str | None, got: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BLINK_LANG", raising=False)
    try:
        assert set_language(asked) == got
    finally:
        set_language("en")
