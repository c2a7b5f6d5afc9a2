"""The office of a soak: a profile on disk with every firm of a sandbox, and how the real program is run on it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

from blink_tui.buffer import open_buffer
from blink_tui.model.firms import CredentialKind
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.secret import Secret
from blink_tui.model.values import parse_nip
from blink_tui.sandbox.state import Firm as Known
from blink_tui.vault import PassphraseSource, open_vault
from tests.e2e.terminal import ROOT

PASSPHRASE = "correct horse battery staple"
_PAGE = "clock"


class Office:
    """Everything that the program writes lies below `root`; what it is given lies in `given`."""

    def __init__(self, folder: Path) -> None:
        self.root, self.given = folder / "office", folder / "given"
        self.page = self.given / _PAGE
        self.said = self.root / "said"
        self.out = self.root / "out"
        for one in (self.root / "tmp", self.said, self.out, self.given):
            one.mkdir(parents=True)
        self.paths = ProfilePaths("default", self.root / "profiles" / "default")
        self.paths.folder.mkdir(parents=True)
        passphrase = self.given / "passphrase"
        passphrase.write_text(f"{PASSPHRASE}\n")
        passphrase.chmod(0o600)
        self.environment: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.root),
            "TMPDIR": str(self.root / "tmp"),
            "BLINK_HOME": str(self.root / "profiles"),
            "BLINK_LIMITS_DIR": str(self.root / "limits"),
            "BLINK_LANG": "en",
            "BLINK_VAULT_PASSPHRASE_FILE": str(passphrase),
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        }

    def command(self, *words: str) -> list[str]:
        """`blink` with these words, in the time of the page."""
        return [sys.executable, "-m", "tests.bench.soaking.hurried", str(self.page), *words]

    def run(self, *words: str, stdin: str = "", codes: Sequence[int] = (0,)) -> str:
        """A command that has to end so; what it said."""
        done = subprocess.run(
            self.command(*words), input=stdin, capture_output=True, text=True, env=self.environment, cwd=ROOT,
            check=False,
        )  # fmt: skip
        with (self.said / "commands").open("a") as said:
            said.write(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}\n")
        assert done.returncode in codes, f"{words}: {done}"
        return done.stdout

    def register(self, url: str, firms: Sequence[Known], first_day: Any) -> None:
        """The firms with their tokens, as `blink firm add` and `blink credential add` leave them."""
        asyncio.run(self._register(url, firms, first_day))

    async def _register(self, url: str, firms: Sequence[Known], first_day: Any) -> None:
        source = PassphraseSource(lambda: Secret(PASSPHRASE))
        vault = open_vault(self.paths.vault_path, source, create=True)
        async with open_buffer(self.paths.buffer_path) as buffer:
            for known in firms:
                nip = parse_nip(known.nip)
                firm = await buffer.firms.add(nip, name=known.name, env=url, first_day=first_day)
                vault.put(f"token/{nip}", Secret(known.token))
                await buffer.credentials.add(CredentialKind.TOKEN, f"token/{nip}", nip, [firm.id])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a question to the buffer's file brings."""
        with closing(connect(f"file:{self.paths.buffer_path}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(sql).fetchall()
