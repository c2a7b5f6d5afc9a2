"""A daemon, two consoles that approve, `blink sync` and `blink export`, all at once on one profile of two accounts."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.accounts import ANNA, ENVIRONMENT, PIOTR, as_account, python_of_accounts
from tests.cli.conftest import sandbox_process
from tests.e2e.terminal import Terminal

WAITED_IN_VAIN = ("database is locked", "holds the buffer for too long", "buffer-busy", "Traceback")
_AT_LEAST = 3
"""Times that each command is run, however slow the machine is."""
_PASSPHRASE = "correct horse battery staple\n"


@dataclass
class Told:
    """What came of it."""

    documents: int = 0
    fetched_anew: int = 0
    """Documents that a last pass brought: 0, since the others have fetched all there is."""
    approvals: Counter[str] = field(default_factory=Counter)
    exported: int = 0
    exported_twice: int = 0
    codes: Counter[tuple[str, int]] = field(default_factory=Counter)
    """How often a command ended with which exit code."""
    texts: list[str] = field(default_factory=list)
    """All that anybody was shown."""

    @property
    def waited_in_vain(self) -> list[str]:
        """Where somebody was told that the buffer is held by another program, or of a fault."""
        return [text for text in self.texts if any(words in text for words in WAITED_IN_VAIN)]


class Loop:
    """A command of an account that is begun again as soon as it has ended."""

    def __init__(self, office: Office, uid: int, words: Sequence[str], told: Told) -> None:
        self._office, self._uid, self._words, self._told = office, uid, words, told
        self._child = office.started(uid, *words)
        self.ended = 0

    def look(self, *, again: bool = True) -> bool:
        """Take what an ended one said; whether one runs."""
        if self._child.poll() is None:
            return True
        text, _nothing = self._child.communicate()
        self._told.texts.append(text)
        self._told.codes[self._words[0], self._child.returncode] += 1
        self.ended += 1
        if again:
            self._child = self._office.started(self._uid, *self._words)
        return again

    def end(self) -> None:
        """Let the last one come to its end."""
        self._child.wait(60)
        self.look(again=False)


class Office:
    """A profile under a group's folder; anna holds its vault."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._passphrase = home / "passphrase"

    def environment(self) -> Mapping[str, str]:
        return {
            **ENVIRONMENT,
            "HOME": "/nonexistent",
            "LANG": "C.UTF-8",
            "BLINK_LIMITS_DIR": str(self._home.parent / "limits"),
            "BLINK_VAULT_PASSPHRASE_FILE": str(self._passphrase),
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        }

    def command(self, uid: int, *words: str) -> list[str]:
        return as_account(
            uid, [python_of_accounts(), "-m", "blink_tui.cli", "--home", str(self._home), *words]
        )

    def started(self, uid: int, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(uid, *words),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env=self.environment(), cwd="/",
        )  # fmt: skip

    def run(self, uid: int, *words: str, stdin: str = "") -> str:
        """A command that has to end well."""
        child = self.started(uid, *words)
        text, _nothing = child.communicate(stdin, timeout=60)
        assert not child.returncode, f"{words}: {text}"
        return text

    def set_up(self, url: str, firms: Sequence[Mapping[str, str]]) -> None:
        """The firms of a sandbox with their tokens, in anna's vault."""
        as_anna = ["tee", str(self._passphrase)]
        subprocess.run(
            as_account(ANNA, as_anna, umask=0o077),
            input=_PASSPHRASE,
            text=True,
            check=True,
            capture_output=True,
        )
        for firm in firms:
            self.run(ANNA, "firm", "add", "--nip", firm["nip"], "--env", url)
            token = firm["token"] + "\n"
            self.run(ANNA, "credential", "add", "--firm", firm["nip"], "--token-stdin", stdin=token)

    @contextmanager
    def console(self, uid: int, told: Told) -> Iterator[Terminal]:
        """A console in its queue of documents."""
        command = self.command(uid)
        with Terminal(command, width=100, height=30, env=self.environment()) as terminal:
            terminal.see("F1 Help")
            terminal.press("6")
            terminal.see("F4 Decide")
            terminal.press("F4")
            terminal.see("1 of ")
            yield terminal
            told.texts.append(terminal.written.decode(errors="replace"))
            terminal.press("Escape")  # a key that came at once after it would be taken for one key with Alt
            terminal.see("F4 Decide")
            terminal.leave()

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        path = f"file:{self._home}/default/buffer.db?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as database:
            return database.execute(sql).fetchall()


def work_together(home: Path, seconds: float, documents: int) -> Told:
    """Let all of them work for so long, then count what came of it."""
    office, told = Office(home), Told()
    with sandbox_process("--documents", str(documents), "--no-limits") as sandbox:
        office.set_up(sandbox.url, sandbox.firms)
        office.run(ANNA, "sync", "--firm", sandbox.firms[0]["nip"])
        daemon = office.started(ANNA, "daemon")
        with ExitStack() as stack:
            consoles = [stack.enter_context(office.console(uid, told)) for uid in (ANNA, PIOTR)]
            loops = [
                Loop(office, ANNA, ("sync",), told),
                Loop(office, PIOTR, ("export", "--format", "csv"), told),
            ]
            end = time.monotonic() + seconds
            while time.monotonic() < end or any(loop.ended < _AT_LEAST for loop in loops):
                for terminal in consoles:
                    terminal.press("F9")
                    terminal.read(0.1)
                consoles.reverse()  # who comes second finds the document decided: each does so in turn
                for loop in loops:
                    loop.look()
            for loop in loops:
                loop.end()
        daemon.terminate()
        text, _nothing = daemon.communicate(timeout=20)
        told.texts.append(text)
        told.codes["daemon", daemon.returncode] += 1
        before = office.rows("SELECT count(*) FROM document")[0][0]
        told.texts.append(office.run(ANNA, "sync"))
        told.texts.append(office.run(PIOTR, "export", "--format", "csv"))
        told.texts.append(office.run(PIOTR, "doctor", "--audit"))
    (told.documents,) = office.rows("SELECT count(*) FROM document")[0]  # type: ignore[assignment]
    told.fetched_anew = told.documents - int(str(before))
    approved = office.rows("SELECT who, count(*) FROM document_event WHERE after = 'approved' GROUP BY who")
    told.approvals = Counter({str(who): int(str(count)) for who, count in approved})
    times = office.rows("SELECT count(*) FROM document_event WHERE after = 'exported' GROUP BY document_id")
    told.exported = len(times)
    told.exported_twice = sum(count != 1 for (count,) in times)
    return told
