"""`blink firm data`, `retention` and `erase`: what is held, for how long, and its end."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
import pyzipper  # type: ignore[import-untyped] # no stubs

from blink_tui.buffer import StoredInvoice, open_buffer
from blink_tui.buffer.limit_book import LimitBook
from blink_tui.buffer.presence import Kind
from blink_tui.model.clock import SystemClock
from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Party, Role
from blink_tui.model.firms import CredentialKind
from blink_tui.model.machine import start_of
from blink_tui.model.secret import Secret
from blink_tui.model.values import Nip
from blink_tui.sync.leases import holder_name
from blink_tui.vault import PassphraseSource, open_vault
from tests.buffer.everything import bytes_of
from tests.buffer.factory import NIP, invoice, xml_of
from tests.cli.conftest import Blink
from tests.cli.inside import BlinkInside
from tests.e2e.terminal import Terminal

OTHER = Nip("8150662801")
NAME = "Spedycja Gżegżółka"
EVIL = '=HYPERLINK("http://x")'
PESEL = "44051401458"


def path_of(blink: Blink) -> Path:
    return blink.home / "data" / "default" / "buffer.db"


@pytest.fixture
def office(blink: Blink) -> Blink:
    """Two firms: one with five documents of 2018 and one of 2026, another that holds one of these, too."""
    asyncio.run(_filled(path_of(blink)))
    return blink


async def _filled(path: Path, numbers: Sequence[int] = range(1, 6)) -> None:
    async with open_buffer(path) as buffer:
        firm = await buffer.firms.add(NIP, name=NAME, env="test")
        other = await buffer.firms.add(OTHER, name="Piekarnia", env="test")
        old = [_old(number) for number in numbers]
        await buffer.documents.store(firm, Role.BUYER, old)
        await buffer.documents.store(other, Role.SELLER, [invoice(1), invoice(6)])


def _old(number: int) -> StoredInvoice:
    changes = {"seller": Party("Nip", "5265877635", EVIL)} if number == 2 else {}
    xml = xml_of(number, f"Praca PESEL {PESEL}") if number == 3 else None
    day = instant_of(datetime(2018, 3, 5, 12, tzinfo=UTC))
    return invoice(number, xml=xml, issue_date=date(2018, 3, 1), received=day, stored=day, **changes)


async def _came(path: Path, number: int = 7) -> None:
    async with open_buffer(path) as buffer:
        firm = (await buffer.firms.find(NIP))[0]
        await buffer.documents.store(firm, Role.BUYER, [invoice(number)])


def refused(blink: Blink, *words: str, code: int) -> str:
    return str(blink("firm", *words, "--json", code=code).json["error"]["code"])


def test_a_package_holds_every_document_as_received_and_proves_itself(office: Blink, tmp_path: Path) -> None:
    made = office("firm", "data", "--firm", NIP, "--out", str(tmp_path / "p.zip"), "--json").json
    office("firm", "data", "--firm", NIP, "--out", str(tmp_path / "p"))
    assert made["documents"] == 5
    with ZipFile(tmp_path / "p.zip") as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    sums = files.pop("SHA256SUMS")
    assert hashlib.sha256(sums).hexdigest() == made["sha256"]
    assert dict(line.split("  ")[::-1] for line in sums.decode().splitlines()) == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }
    for number in range(1, 6):
        header = _old(number).header
        content = files[f"xml/{header.ksef_number}.xml"]
        assert hashlib.sha256(content).digest() == header.sha256
        assert (tmp_path / "p" / "xml" / f"{header.ksef_number}.xml").read_bytes() == content
    documents = list(
        csv.DictReader(io.StringIO(files["tables/document.csv"].decode("utf-8-sig")), delimiter=";")
    )
    assert {row["firm_id"] for row in documents} == {"1"}
    assert {row["seller_name"] for row in documents} == {f"'{EVIL}", "Łódzka Hurtownia Sp. z o.o."}
    assert b"document;seller_name;" in files["personal-data.csv"]
    assert (tmp_path / "p.zip").stat().st_mode & 0o077 == 0
    assert (tmp_path / "p").stat().st_mode & 0o077 == 0
    assert (
        subprocess.run(
            ["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path / "p", check=False
        ).returncode
        == 0
    )


def test_a_package_goes_out_encrypted_where_it_is_wanted(office: Blink, tmp_path: Path) -> None:
    words = ("firm", "data", "--firm", NIP, "--zip", "--password-file", "-")
    made = office(*words, "--out", str(tmp_path / "p.zip"), "--json", stdin="trudne-haslo-12345\n").json
    assert b"hurtownia" not in (tmp_path / "p.zip").read_bytes().lower()
    with pyzipper.AESZipFile(tmp_path / "p.zip") as zipped:
        with pytest.raises(RuntimeError):
            zipped.read("SHA256SUMS")
        zipped.setpassword(b"trudne-haslo-12345")
        assert hashlib.sha256(zipped.read("SHA256SUMS")).hexdigest() == made["sha256"]
        assert zipped.read(f"xml/{_old(3).header.ksef_number}.xml") == xml_of(3, f"Praca PESEL {PESEL}")
    assert refused(office, "data", "--firm", NIP, "--zip", "--out", str(tmp_path / "p"), code=2) == "usage"


def test_what_stands_there_is_never_written_over(office: Blink, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    assert refused(office, "data", "--firm", NIP, "--out", str(tmp_path / "p"), code=1) == "file-taken"
    assert refused(office, "data", "--firm", NIP, "--out", "/dev/null/p.zip", code=1) == "file-not-written"
    assert (
        refused(office, "data", code=2)
        == refused(office, "data", "--firm", "1", "--person", "x", code=2)
        == "usage"
    )
    assert refused(office, "data", "--person", "abc", code=2) == "person-too-short"


def test_what_is_held_about_a_person_is_found_wherever_it_stands(office: Blink, tmp_path: Path) -> None:
    by_pesel = office(
        "firm", "data", "--person", "440514-01458", "--out", str(tmp_path / "x.zip"), "--json"
    ).json
    (found,) = by_pesel["invoices"]
    assert found == {"ksef_number": _old(3).header.ksef_number, "firms": [NIP]}
    with ZipFile(tmp_path / "x.zip") as zipped:
        assert PESEL.encode() in zipped.read(f"xml/{found['ksef_number']}.xml")
    by_name = office("firm", "data", "--person", "łódzka  hurtownia", "--json").json
    assert by_name["rows"]["document"] == 6
    by_nip = office("firm", "data", "--person", NIP, "--json").json
    assert by_nip["rows"]["firm"] == 1
    assert office("firm", "data", "--person", "Nikogo Takiego", "--json").json["invoices"] == []


def test_documents_are_kept_for_their_time_and_longer_where_a_firm_says_so(office: Blink) -> None:
    mine, theirs = office("firm", "retention", "--json").json
    assert (theirs["until"], theirs["over"], theirs["past"]) == ("2024-12-31", True, 5)
    assert (mine["until"], mine["over"]) == ("2032-12-31", False)
    assert refused(office, "retention", "--firm", NIP, "--extra-years", "9", code=2) == "bad-retention"
    changed = office(
        "firm", "retention", "--firm", NIP, "--extra-years", "9", "--reason", "strata", "--json"
    ).json
    assert [(one["until"], one["over"], one["past"]) for one in changed] == [("2033-12-31", False, 0)]
    assert refused(office, "erase", "--firm", NIP, "--reason", "x", code=1) == "documents-kept"
    office("firm", "retention", "--firm", NIP, "--hold", "--extra-years", "0", "--reason", "spór")
    assert refused(office, "erase", "--firm", NIP, "--reason", "x", code=1) == "documents-on-hold"
    office("firm", "retention", "--firm", NIP, "--release")
    assert office("firm", "erase", "--firm", NIP, "--dry-run", "--json").json["documents"] == 5
    assert "spór" in office("firm", "retention", "--firm", OTHER, "--hold", "--reason", "spór").out.decode()


def test_a_firm_whose_documents_are_to_be_kept_goes_only_by_a_protocol_that_covers_all(
    office: Blink, tmp_path: Path
) -> None:
    asyncio.run(_came(path_of(office)))
    kept = office("firm", "erase", "--firm", NIP, "--reason", "x", code=1).err
    assert "2032-12-31" in kept
    assert invoice(7).header.ksef_number in kept
    assert refused(office, "erase", "--firm", NIP, "--protocol", "1", code=2) == "no-protocol"
    made = office(
        "firm", "data", "--firm", NIP, "--protocol", "--out", str(tmp_path / "p.zip"), "--json"
    ).json
    page = Path(made["page"]).read_text()
    assert made["sha256"] in page
    assert made["chain"]["head"] in page
    assert "2018-03" in page
    asyncio.run(_came(path_of(office), 8))
    assert refused(office, "erase", "--firm", NIP, "--protocol", "1", "--yes", code=1) == "protocol-old"
    second = office("firm", "data", "--firm", NIP, "--protocol", "--out", str(tmp_path / "q"), "--json").json
    former = path_of(office).with_name("buffer.db.before-0013")
    former.touch()
    erased = office(
        "firm", "erase", "--firm", NIP, "--protocol", second["sha256"][:12], "--yes", "--json"
    ).json
    assert (erased["protocol"], erased["package"], erased["documents"]) == (2, second["sha256"], 7)
    assert erased["copies"] == [str(former)]
    assert office("firm", "list", "--erased", "--firm", NIP, "--json").json["erased"] == [
        {name: erased[name] for name in ("seq", "at", "who", "reason", "protocol", "package", "documents", "entries",
                                         "head", "hash")}
    ]  # fmt: skip
    assert [firm["nip"] for firm in office("firm", "list", "--json").json] == [OTHER]
    assert office("doctor", "--audit", "--json").json["sound"]


def test_secrets_requests_and_bytes_go_with_the_firm(office: Blink) -> None:
    path = path_of(office)
    vault = open_vault(
        path.with_name("vault.blink"),
        PassphraseSource(lambda: Secret("correct horse battery staple")),
        create=True,
    )
    asyncio.run(_with_credentials(path))
    for name in ("own", "shared", f"session/https://api-test.ksef.mf.gov.pl/v2/{NIP}"):
        vault.put(name, Secret("token"))
    with LimitBook(path.with_name("limits.db")) as book:
        for context in (NIP, OTHER):
            book.take(f"api-test.ksef.mf.gov.pl|Nip|{context}", "x", [(3600, 9)], 0)
    office("firm", "data", "--firm", NIP, "--protocol")
    erased = office("firm", "erase", "--firm", NIP, "--protocol", "1", "--yes", "--json").json
    assert erased["scrubbed"]
    assert [Path(file).name.startswith(f"dane-{NIP}") for file in erased["files"]] == [True]
    assert vault.names() == ["shared"]
    left = bytes_of(path)
    assert NAME.encode() not in left
    assert PESEL.encode() not in left
    limits = bytes_of(path.with_name("limits.db"))
    assert NIP.encode() not in limits
    assert OTHER.encode() in limits
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT label FROM credential").fetchall() == [("shared",)]


async def _with_credentials(path: Path) -> None:
    async with open_buffer(path) as buffer:
        await buffer.credentials.add(CredentialKind.TOKEN, "own", "own", [1])
        await buffer.credentials.add(CredentialKind.CERTIFICATE, "shared", "shared", [1, 2])


def test_while_somebody_works_on_the_firm_it_stays(office: Blink) -> None:
    path = path_of(office)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        holder = "/".join([*holder_name().split("/")[:-2], str(child.pid), _start(child.pid)])
        asyncio.run(_held(path, holder, leased=True))
        assert (
            refused(office, "erase", "--firm", NIP, "--reason", "x", code=2) == "usage"
        )  # nobody can type the NIP
        office("firm", "data", "--firm", NIP, "--protocol")
        assert refused(office, "erase", "--firm", NIP, "--protocol", "1", "--yes", code=7) == "work-held"
        asyncio.run(_held(path, holder, leased=False))
        assert (
            refused(office, "erase", "--firm", NIP, "--protocol", "1", "--yes", code=7)
            == "firm-open-elsewhere"
        )
        child.communicate(b"\n")
    office("firm", "erase", "--firm", NIP, "--protocol", "1", "--yes")


def _start(pid: int) -> str:
    return str(start_of(pid))


async def _held(path: Path, holder: str, *, leased: bool) -> None:
    async with open_buffer(path, clock=SystemClock()) as buffer:
        if leased:
            await buffer.leases.take(1, [Role.BUYER], holder, lambda _other: False)
        else:
            await buffer.leases.release(1, [Role.BUYER], holder)
            await buffer.presence.beat(holder, Kind.CONSOLE, "jan", 1)


def test_a_firm_that_is_half_erased_hinders_nobody(office: Blink, tmp_path: Path) -> None:
    asyncio.run(_begun(path_of(office)))
    assert office("doctor", "--audit", "--json").json["sound"]
    office("backup", "--to", str(tmp_path / "backups"), "--without-vault")
    office("status")
    assert "being erased" in office("firm", "list").text
    assert refused(office, "data", "--firm", NIP, code=1) == "erased-meanwhile"
    assert office("close", "--month", "2026-09").code == 0
    assert office("firm", "erase", "--firm", NIP, "--dry-run", "--json").json["begun"]


async def _begun(path: Path) -> None:
    async with open_buffer(path) as buffer:
        await buffer.eraser.begin(1, await buffer.history.head(1), who="anna", reason="r")


def test_single_documents_are_not_erased_and_it_says_why(office: Blink) -> None:
    assert "docs/rodo.md" in office("firm", "erase", "--past-retention", code=2).err


@pytest.mark.proof
def test_on_a_terminal_the_nip_is_typed(office: Blink) -> None:
    command = [
        "env",
        "--default-signal=INT",  # a run of tests in the background of a shell hands it on as ignored
        sys.executable,
        "-m",
        "blink_tui.cli",
        "firm",
        "erase",
        "--firm",
        NIP,
        "--reason",
        "koniec umowy",
    ]
    for typed, code, left in (("5265877635", 2, 2), (NIP, 0, 1)):
        with Terminal(command, width=120, env=office.environment) as terminal:
            terminal.see(NIP)
            terminal.send(f"{typed}\n")
            assert terminal.ended() == code
        assert len(office("firm", "list", "--json").json) == left


@pytest.mark.proof
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_it_goes_on_after_a_kill_and_loses_nothing_of_others(tmp_path: Path, how: signal.Signals) -> None:
    real = BlinkInside(tmp_path)
    path = path_of(real)
    asyncio.run(_filled(path, range(1, 1501)))
    real("firm", "data", "--firm", NIP, "--protocol")
    command = [
        "env",
        "--default-signal=INT",  # a run of tests in the background of a shell hands it on as ignored
        sys.executable,
        "-m",
        "blink_tui.cli",
        "firm",
        "erase",
        "--firm",
        NIP,
        "--protocol",
        "1",
        "--yes",
    ]
    environment = {**os.environ, **real.environment}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        with closing(sqlite3.connect(path)) as connection:
            while connection.execute("SELECT count(*) FROM document WHERE firm_id = 1").fetchone()[0] == 1500:
                assert child.poll() is None
                time.sleep(0.005)
        child.send_signal(how)
        _out, told = child.communicate(timeout=30)
    assert child.returncode != 0
    assert how is signal.SIGKILL or b"blink firm erase --firm" in told
    assert refused(real, "erase", "--firm", OTHER, "--reason", "x", code=1) == "documents-kept"
    erased = real("firm", "erase", "--firm", NIP, "--json").json
    assert (erased["documents"], erased["protocol"], erased["scrubbed"]) == (1500, 1, True)
    assert NAME.encode() not in bytes_of(path)
    assert real("doctor", "--audit", "--json").json["sound"]
    assert len(real("doc", "list", "--format", "json").json_lines) == 2


@pytest.mark.proof
def test_a_package_of_many_documents_takes_no_more_memory(tmp_path: Path) -> None:
    """200 MB of XML, which are packed a few hundred at a time."""
    peaks = []
    for count in (100, 10_000):
        real = BlinkInside(_folder(tmp_path / str(count)))
        asyncio.run(_many(path_of(real), count))
        program = (
            "import resource, sys; from blink_tui.cli.app import run; code = run(sys.argv[1:]);"
            " print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); sys.exit(code)"
        )
        words = ["firm", "data", "--firm", NIP, "--out", str(tmp_path / f"{count}.zip"), "--json"]
        command = [sys.executable, "-c", program, *words]
        done = subprocess.run(command, env=real.environment, capture_output=True, check=True)
        peaks.append(int(done.stdout.splitlines()[-1]))
    assert peaks[1] - peaks[0] < 60_000, peaks  # KiB: SQLite's caches are 32 MB of it


async def _many(path: Path, count: int) -> None:
    filling = "Usługa " * 2_500
    async with open_buffer(path) as buffer:
        firm = await buffer.firms.add(NIP, name=NAME, env="test")
        for first in range(0, count, 500):
            numbers = range(first, min(first + 500, count))
            items = [invoice(number, xml=xml_of(number, filling)) for number in numbers]
            await buffer.documents.store(firm, Role.BUYER, items)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
