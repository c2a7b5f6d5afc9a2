"""`blink` in this process: for many small commands, where a process for each would cost half a minute."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from blink_tui.cli import option_value
from blink_tui.cli.app import run
from blink_tui.i18n import language, set_language
from tests.cli.conftest import Blink, Ended


def ended_inside(
    words: Sequence[str], stdin: str = "", environment: Mapping[str, str] | None = None
) -> Ended:
    """A command line run here, with streams of its own; an environment is put in place of this process's."""
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdin", given)
        if environment is not None:
            for name in os.environ.keys() - environment.keys():
                patched.delenv(name)
            for name, value in environment.items():
                patched.setenv(name, value)
        before = language()
        set_language(option_value(words, "--lang"))
        code = run(words)
        set_language(before)
    for stream in (out, err):
        stream.flush()
    return Ended(code, out.buffer.getvalue(), err.buffer.getvalue().decode())


class Inside:
    """Runs command lines with a home of its own; a real process is `tests.cli.conftest.Blink`."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def buffer_path(self) -> Path:
        return self.home / "default" / "buffer.db"

    def __call__(self, *words: str, code: int = 0) -> Ended:
        ended = ended_inside(["--home", str(self.home), "--lang", "en", *words])
        assert ended.code == code, f"{words}: {ended}"
        return ended

    def failed(self, *words: str, code: int = 2) -> str:
        """The sentence of a refusal, as programs get it."""
        return str(self(*words, "--json", code=code).json["error"]["message"])


class BlinkInside(Blink):
    """As `Blink`, with its home and environment, without a process for each command."""

    def __call__(self, *words: str, stdin: str = "", code: int | None = 0, **environment: str) -> Ended:
        ended = ended_inside(words, stdin, self.environment | environment)
        if code is not None:
            assert ended.code == code, f"{words}: {ended}"
        return ended
