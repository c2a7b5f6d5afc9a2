"""`blink` in this process: for many small commands, where a process for each would cost half a minute."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from blink_tui.cli.app import run
from tests.cli.conftest import Ended


class Inside:
    """Runs command lines with a home of its own; a real process is `tests.cli.conftest.Blink`."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def buffer_path(self) -> Path:
        return self.home / "default" / "buffer.db"

    def __call__(self, *words: str, code: int = 0) -> Ended:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with redirect_stdout(out), redirect_stderr(err):
            ended = run(["--home", str(self.home), "--lang", "en", *words])
        for stream in (out, err):
            stream.flush()
        result = Ended(ended, out.buffer.getvalue(), err.buffer.getvalue().decode())
        assert ended == code, f"{words}: {result}"
        return result

    def failed(self, *words: str, code: int = 2) -> str:
        """The sentence of a refusal, as programs get it."""
        return str(self(*words, "--json", code=code).json["error"]["message"])
