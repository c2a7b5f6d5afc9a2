"""A whole working day with known secrets: none is in any byte that the program left anywhere, whatever the form."""

from __future__ import annotations

import base64
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from blink_tui.model.secret import Secret
from blink_tui.sandbox import RunningSandbox, running_sandbox
from blink_tui.sandbox.exports import ExportDesk
from blink_tui.vault import PassphraseSource, open_vault
from tests.cli.conftest import Ended, SandboxProcess
from tests.e2e.echo import echoing
from tests.e2e.guided import PASSPHRASE as TYPED
from tests.e2e.guided import guided_start
from tests.e2e.leaks import Leaks, files_under, seen_of
from tests.e2e.terminal import ROOT, Terminal
from tests.ksef.certs import certificate, key, key_file, name, p12_file, pem
from tests.sandbox.conftest import relaxed

NAMES = (
    "vault passphrase", "next vault passphrase", "zip password", "key passphrase", "p12 passphrase", "wrong token",
    "backup passphrase", "password of notices", "path of notices",
)  # fmt: skip


def synthetic(what: str) -> str:
    """A secret that stands nowhere else; a passphrase has letters that every encoding writes in its own way."""
    random = base64.b32encode(os.urandom(15)).decode()
    return f"żółć {random} ąę" if "passphrase" in what else random


@dataclass
class Day:
    """An office of its own, what it was given to keep, and whatever it said."""

    root: Path
    """Everything that the program writes lies below."""
    given: Path
    """Files with secrets that it is handed; not its own."""
    secrets: dict[str, str] = field(default_factory=lambda: {name: synthetic(name) for name in NAMES})
    said: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for folder in ("home", "tmp", "run"):
            (self.root / folder).mkdir(parents=True)
        self.given.mkdir()

    def file(self, what: str, content: bytes | None = None) -> str:
        """A file with a secret."""
        path = self.given / what
        path.write_bytes(self.secrets[what].encode() + b"\n" if content is None else content)
        path.chmod(0o600)
        return str(path)

    @property
    def environment(self) -> dict[str, str]:
        """An empty home without a keyring."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "XDG_RUNTIME_DIR": str(self.root / "run"),
            "BLINK_HOME": str(self.root / "profiles"),
            "BLINK_LIMITS_DIR": str(self.root / "limits"),
            "BLINK_LANG": "en",
            "BLINK_VAULT_PASSPHRASE_FILE": str(self.given / "vault passphrase"),
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
            "SSLKEYLOGFILE": str(self.root / "tls keys"),
        }

    def blink(
        self, *words: str, stdin: str = "", code: int | None = 0, program: tuple[str, ...] = ()
    ) -> Ended:
        """A command of the day: what it says and how it looks from outside is kept."""
        child = subprocess.Popen(
            [sys.executable, *(program or ("-m", "blink_tui.cli")), *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment,
        )  # fmt: skip
        self.look_at(child.pid)
        given: bytes | None = stdin.encode()
        while True:
            try:
                out, err = child.communicate(given, timeout=0.25)
                break
            except subprocess.TimeoutExpired:
                given = None
                self.look_at(child.pid)
        self.said += [(f"stdout of {words}", out), (f"stderr of {words}", err)]
        ended = Ended(child.returncode, out, err.decode())
        assert code in (None, ended.code), f"{words}: {ended}"
        return ended

    def look_at(self, pid: int) -> None:
        """Keep what the system shows of a process and of those that it started."""
        self.said += seen_of(pid)

    def left(self) -> Iterator[tuple[str, bytes]]:
        """Everything there is to be searched."""
        yield from files_under(self.root)
        yield from self.said


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What each link to a part is signed with."""
    signed: set[str] = set()
    sign = ExportDesk._signature

    def noted(desk: ExportDesk, reference: str, number: int, expires: int) -> str:
        signed.add(signature := sign(desk, reference, number, expires))
        return signature

    monkeypatch.setattr(ExportDesk, "_signature", noted)
    return signed


@pytest.fixture
def sandbox(links: set[str]) -> Iterator[RunningSandbox]:
    with running_sandbox(relaxed(documents=150, firms=4)) as running:
        yield running


def certificates(day: Day, sandbox: RunningSandbox) -> dict[str, bytes]:
    """A seal in two files and one in a p12, each first with a wrong passphrase. Returns their private keys."""
    keys = {}
    for firm, what in zip(sandbox.firms[1:3], ("key", "p12"), strict=True):
        private = key("P-256")
        assert isinstance(private, EllipticCurvePrivateKey)
        keys[f"private key of the {what}"] = private.private_numbers().private_value.to_bytes(32, "big")
        subject = name(COMMON_NAME="Biuro", ORGANIZATION_IDENTIFIER=f"VATPL-{firm.nip}")
        one, word = certificate(private, subject=subject), day.secrets[f"{what} passphrase"].encode()
        if what == "key":
            files = [
                "--cert",
                day.file("cert.pem", pem(one)),
                "--key",
                day.file("key.pem", key_file(private, word)),
            ]
        else:
            files = ["--p12", day.file("both.p12", p12_file(private, one, word))]
        add = ("credential", "add", "--firm", firm.nip, *files, "--passphrase-file")
        day.blink(*add, day.file("vault passphrase"), code=2)
        day.blink(*add, day.file(f"{what} passphrase"))
    return keys


def morning(day: Day, sandbox: RunningSandbox) -> dict[str, bytes]:
    """Firms and what logs in for them, with every kind of mistake. Returns the keys of certificates."""
    day.file("vault passphrase")
    for firm in sandbox.firms[:3]:
        day.blink("firm", "add", "--nip", firm.nip, "--env", sandbox.url, "--from", "120d")
    first = sandbox.firms[0]
    add = ("credential", "add", "--firm", first.nip, "--token-stdin")
    day.blink(
        *add, stdin=f"20260101-EC-0123456789-ABCDEF|nip-{first.nip}|{day.secrets['wrong token']}\n", code=4
    )
    day.blink(*add, stdin=f"{day.secrets['wrong token']}\n", code=4)
    day.blink(*add, stdin=f"{first.token}\n")
    return certificates(day, sandbox)


CRASH = """
import httpx, sys
from blink_tui.cli import main
async def crash(self, request, **_options):
    if "authorization" in request.headers:
        raise RuntimeError(f"not expected: {request.headers!r} {request.headers.raw}")
    return await sent(self, request, **_options)
sent, httpx.AsyncClient.send = httpx.AsyncClient.send, crash
main(sys.argv[1:])
"""


def work(day: Day, sandbox: RunningSandbox) -> None:
    """Fetching, a crash in the middle of it, looking, deciding, handing over."""
    day.blink("sync", "--json")
    day.blink("sync", "--since", "130d", code=1, program=("-c", CRASH))
    day.blink("sync")
    day.blink("reconcile", "--json")
    for words in (
        ("status",),
        ("status", "--json"),
        ("log", "--json", "--limit", "5000"),
        ("credential", "list", "--json"),
        ("credential", "check"),
        ("vault", "status", "--json"),
        ("firm", "list", "--json"),
    ):
        day.blink(*words)
    day.blink("doctor", "--json", code=None)  # it finds something to say about every machine
    listed = day.blink("doc", "list", "--json", "--firm", sandbox.firms[0].nip, "--limit", "5").json_lines
    day.blink("doc", "approve", *(one["ksef_number"] for one in listed), "--firm", sandbox.firms[0].nip)
    handed = ("export", "--format", "csv", "--zip", "--password-file")
    day.blink(*handed, day.file("zip password"))


def false_server(day: Day, sandbox: RunningSandbox) -> None:
    """A server in KSeF's place that repeats in every refusal what it was sent."""
    firm = sandbox.firms[0]
    with echoing(sandbox.url) as url:
        day.blink("firm", "edit", firm.nip, "--env", url)
        asked = day.blink("sync", "--firm", firm.nip, code=1)
        assert "9999" in asked.err
        day.blink("credential", "check", "--firm", firm.nip, "--json", code=None)
        day.blink("log", "--json", "--limit", "100")
    day.blink("firm", "edit", firm.nip, "--env", sandbox.url)


def console(day: Day, sandbox: RunningSandbox) -> None:
    """A profile made in the console by keys alone, left, and opened again with a wrong and the right passphrase."""
    firm = sandbox.firms[3]
    env = {name: value for name, value in day.environment.items() if "PASSPHRASE" not in name}
    program = [sys.executable, "-m", "blink_tui.cli", "--home", str(day.root / "console"), "--lang", "en"]
    with Terminal(program, env=env) as terminal:
        guided_start(terminal, SandboxProcess(sandbox.url, [{"nip": firm.nip, "token": firm.token}]), "en")
        day.look_at(terminal.process.pid)
        terminal.until_quiet()
        terminal.leave()
        day.said.append(("terminal", terminal.written))
    for passphrase, code in ((day.secrets["wrong token"], 8), (TYPED, 0)):
        with Terminal(program, env=env) as terminal:
            terminal.see("Passphrase of the vault")
            terminal.send(passphrase + "\r")
            if code == 0:
                terminal.see("Alfa")
                day.look_at(terminal.process.pid)
                terminal.until_quiet()
                terminal.leave()
            assert terminal.ended() == code
            day.said.append(("terminal, opened again", terminal.written))


def night(day: Day) -> None:
    """The daemon with its notices and backup: an hour in its first minute, as everything is due at once."""
    address = (
        f"json://office:{day.secrets['password of notices']}@127.0.0.1:9/{day.secrets['path of notices']}"
    )
    day.blink("notify", "add", "office", "--url-file", day.file("address", f"{address}\n".encode()))
    day.blink("notify", "list", "--json")
    day.blink("notify", "test", code=None)
    for setting in (("backup.folder", str(day.root / "backups")), ("backup.encrypt", "yes"), ("log.level", "debug"),
                    ("metrics.folder", str(day.root / "metrics"))):  # fmt: skip
        day.blink("config", "set", *setting)
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journal.bind(str(day.root / "run" / "notify"))
    journal.settimeout(60)
    child = subprocess.Popen(
        [sys.executable, "-m", "blink_tui.cli", "daemon", "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=day.environment | {"NOTIFY_SOCKET": str(day.root / "run" / "notify")},
    )  # fmt: skip
    with journal, child:
        day.look_at(child.pid)
        told: list[bytes] = []
        while not any(b"READY=1" in one for one in told) or not any(b"STATUS=" in one for one in told):
            told.append(journal.recv(65536))
        day.look_at(child.pid)
        child.send_signal(signal.SIGHUP)
        while not any(b"RELOADING=1" in one for one in told) or b"READY=1" not in told[-1]:
            told.append(journal.recv(65536))
        child.terminate()
        out, _none = child.communicate(timeout=20)
        day.said += [("what systemd was told", b"\n".join(told)), ("what the daemon said", out)]
    assert child.returncode == 0


def evening(day: Day) -> None:
    """Backups, one of them opened again elsewhere, and another passphrase for the vault."""
    folder = ("--to", str(day.root / "backups"))
    day.blink(
        "backup", *folder, "--encrypt", "--remember", "--passphrase-file", day.file("backup passphrase")
    )
    made = day.blink("backup", "--to", str(day.root / "whole.blink-backup"), "--json").json
    day.blink("restore", str(day.root / "whole.blink-backup"), "--into", "again", "--json")
    day.blink("--profile", "again", "status")
    (sealed,) = (day.root / "backups").glob("*.blink-backup")
    for word, code in (("vault passphrase", None), ("backup passphrase", 0)):
        day.blink("backup", "verify", str(sealed), "--passphrase-file", day.file(word), code=code)
    assert made
    day.blink(
        "vault", "rekey", "--to", "passphrase", "--new-passphrase-file", day.file("next vault passphrase")
    )
    day.blink("sync", code=8)


def known_of(day: Day, sandbox: RunningSandbox) -> dict[str, bytes]:
    """Every secret of the day: what the office was given, what KSeF gave out, what the vaults' keys are."""
    known = {what: secret.encode() for what, secret in day.secrets.items()}
    known["passphrase typed in the console"] = TYPED.encode()
    known |= {f"token of {firm.nip}": firm.token.rpartition("|")[2].encode() for firm in sandbox.firms}
    bearers = list(sandbox.state.sessions._bearers)
    known |= {f"bearer {number}": text.rpartition(".")[2].encode() for number, text in enumerate(bearers)}
    exports = [export.key for export in sandbox.state.exports._exports.values()]
    known |= {f"key of package {number}": secret for number, secret in enumerate(exports)}
    assert len(bearers) >= 8
    assert any(exports)
    for folder, passphrase in (("profiles", day.secrets["next vault passphrase"]), ("console", TYPED)):
        path = day.root / folder / "default" / "vault.blink"
        vault = open_vault(path, PassphraseSource(partial(Secret, passphrase)), create=False)
        for what in ("_records_key", "_wrapping_key"):
            known[f"{what} of {folder}"] = getattr(vault, what).reveal()
        assert vault.names()
    return known


@pytest.mark.proof
def test_no_secret_of_a_day_is_in_anything_that_was_written(
    tmp_path: Path, sandbox: RunningSandbox, links: set[str]
) -> None:
    day = Day(tmp_path / "root", tmp_path / "given")
    keys = morning(day, sandbox)
    work(day, sandbox)
    false_server(day, sandbox)
    night(day)
    console(day, sandbox)
    evening(day)
    assert links
    known = known_of(day, sandbox) | {f"link {number}": one.encode() for number, one in enumerate(links)}
    leaks = Leaks(keys | known)
    assert leaks.among(day.left()) == []
    assert not (day.root / "tls keys").exists()
    places = [Path(place) for place, _data in day.left()]
    names = {place.name for place in places}
    assert any(place.parent.name == "log" for place in places)
    assert {
        "buffer.db",
        "vault.blink",
        "crash.log",
        "handed-over.log",
    } <= names  # what was to be searched was there
    (day.root / "home" / "note").write_text(sandbox.firms[0].token)
    assert leaks.among(day.left())


@pytest.mark.parametrize(
    "secret", [b"c0ffee5ec2e7c0ffee0123456789", "hasło ąę|/+& zażółć".encode(), bytes(range(190, 222))]
)
def test_a_planted_secret_is_found_in_every_form(secret: bytes) -> None:
    leaks = Leaks({"planted": secret})
    text = secret.decode(errors="replace")
    ways = {
        "raw": secret, "reversed": secret[::-1], "hex": secret.hex().encode(), "numbers": str(list(secret)).encode(),
        "repr": repr(secret).encode(), "begin": secret[:16], "end": secret[-16:],
        "lines": b"\r\n".join(secret[at : at + 5] for at in range(0, len(secret), 5)),
        "cells": b"".join(b"\x1b[1;%dH\x1b[0m%c" % (at, one) for at, one in enumerate(secret)),
    }  # fmt: skip
    for shift in range(3):
        ways[f"base64 {shift}"] = base64.b64encode(b"x" * shift + secret + b"after")
        ways[f"base64url {shift}"] = base64.urlsafe_b64encode(b"x" * shift + secret)
    if text.encode() == secret:
        ways |= {
            "url": quote(text, safe="").encode(),
            "json": json.dumps({"a": text}).encode(),
            "utf-16": text.encode("utf-16-le"),
        }
    missed = [way for way, data in ways.items() if not leaks.within(b"\nbefore " + data)]
    assert missed == []
    for pack in (gzip.compress, zlib.compress, zstandard.ZstdCompressor().compress):
        assert leaks.within(pack(b"before " + secret))
    assert leaks.within(b"nothing of that" * 100) == []
