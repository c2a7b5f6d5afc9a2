"""`blink doc pdf`, `xml` and `show`: files made whole, nothing written over, one bad document among good ones."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Blink, SandboxProcess
from tests.cli.inside import BlinkInside
from tests.cli.test_disk_full import can_mount
from tests.invoices.documents import faktura

pytest.importorskip("typst", reason="the extra pdf is not installed")
pytest.importorskip("segno", reason="the extra pdf is not installed")

_FIRM = "5265877635"
_COUNT = 4
_BROKEN = "FV/broken"


def _invoices(folder: Path) -> None:
    """Three good invoices, one of which holds letters that no font has, and one of a form that nobody knows."""
    texts = [faktura().replace("FV/1/2026", f"FV/{number}/2026") for number in range(_COUNT - 1)]
    texts[0] = texts[0].replace("Jaźń w paczce", "Jaźń 漢")
    texts.append(faktura(form="FA (9)").replace("FV/1/2026", _BROKEN))
    for number, text in enumerate(texts):
        (folder / f"{number}.xml").write_text(text)


@pytest.fixture(scope="module")
def sandbox(
    start_sandbox: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SandboxProcess]:
    folder = tmp_path_factory.mktemp("invoices")
    _invoices(folder)
    with start_sandbox("--invoices", str(folder)) as running:
        yield running


@pytest.fixture(scope="module")
def office(sandbox: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Blink:
    """Seller and buyer of the same invoices: every number is held by both."""
    blink = BlinkInside(tmp_path_factory.mktemp("home"))
    for nip in (_FIRM, "5252344078"):
        blink.add_firm(sandbox.url, nip, sandbox.token(nip))
    assert blink("sync", "--json").json["documents"]["total"] == 2 * _COUNT
    return blink


def _documents(office: Blink, *words: str) -> dict[str, dict[str, Any]]:
    listed = office("doc", "list", "--firm", _FIRM, "--json", *words).json_lines
    return {one["invoice_number"]: one for one in listed}


@pytest.fixture(scope="module")
def numbers(office: Blink) -> list[str]:
    """KSeF numbers of the good ones, the one with odd letters first."""
    found = _documents(office)
    return [found[f"FV/{number}/2026"]["ksef_number"] for number in range(_COUNT - 1)]


def _unfinished(folder: Path) -> list[Path]:
    return list(folder.glob(".*"))


def test_one_document_is_written_under_its_number(office: Blink, numbers: list[str], tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    ended = office("doc", "pdf", numbers[1], "--firm", _FIRM, "--out", str(out))
    path = out / f"{numbers[1]}.pdf"
    assert ended.text == f"{path}\n"
    assert path.read_bytes().startswith(b"%PDF")
    assert not _unfinished(out)


def test_the_same_again_is_fine_and_another_file_is_left_alone(
    office: Blink, numbers: list[str], tmp_path: Path
) -> None:
    words = ("doc", "pdf", *numbers, "--firm", _FIRM, "--out", str(tmp_path), "--json")
    first = office(*words).json_lines
    assert [line["new"] for line in first] == [True] * 3
    assert [line["new"] for line in office(*words).json_lines] == [False] * 3
    foreign = Path(first[1]["path"])
    foreign.write_bytes(b"somebody's own")
    again = office(*words, code=3).json_lines
    assert [line.get("error", {}).get("code") for line in again] == [None, "file-taken", None]
    assert foreign.read_bytes() == b"somebody's own"
    assert not _unfinished(tmp_path)


def test_json_tells_each_file(office: Blink, numbers: list[str], tmp_path: Path) -> None:
    lines = office("doc", "pdf", *numbers[:2], "--firm", _FIRM, "--out", str(tmp_path), "--json").json_lines
    for number, line in zip(numbers, lines, strict=False):
        content = (tmp_path / f"{number}.pdf").read_bytes()
        assert line == {
            "ksef_number": number,
            "firm": _FIRM,
            "path": str(tmp_path / f"{number}.pdf"),
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "new": True,
            "replaced": "漢" if number == numbers[0] else "",
        }


def test_an_unreadable_one_is_listed_and_the_rest_go_on(office: Blink, tmp_path: Path) -> None:
    ended = office("doc", "pdf", "--firm", _FIRM, "--out", str(tmp_path), code=3)
    broken = _documents(office)[_BROKEN]["ksef_number"]
    assert ended.err.startswith("4 documents.\n")
    assert f"{broken}: The form FA (9) is not known" in ended.err
    assert "3 files" in ended.text
    assert len(list(tmp_path.iterdir())) == 3
    alone = office("doc", "pdf", broken, "--firm", _FIRM, "--json", "--out", str(tmp_path), code=1).json
    assert alone["error"]["code"] == "invoice-form-unknown"


def test_one_file_for_all_leaves_out_what_cannot_be_read(office: Blink, tmp_path: Path) -> None:
    path = tmp_path / "all.pdf"
    ended = office("doc", "pdf", "--firm", _FIRM, "--one", "--out", str(path), "--json", code=3)
    failed, made = ended.json_lines
    assert failed["error"]["code"] == "invoice-form-unknown"
    assert len(made["ksef_numbers"]) == 3
    assert made["path"] == str(path)
    assert path.read_bytes().startswith(b"%PDF")


def test_firms_that_hold_the_same_have_pages_of_their_own(office: Blink, tmp_path: Path) -> None:
    lines = office("doc", "pdf", "--filter", "FV/1/2026", "--out", str(tmp_path), "--json").json_lines
    number = lines[0]["ksef_number"]
    assert {Path(line["path"]).name for line in lines} == {
        f"{number}-{_FIRM}.pdf",
        f"{number}-5252344078.pdf",
    }
    together = ("--filter", "FV/1/2026", "--one", "--out", str(tmp_path / "all.pdf"), "--json")
    assert office("doc", "pdf", *together).json["ksef_numbers"] == [number, number]
    failure = office("doc", "pdf", number, "--out", str(tmp_path), "--json", code=2).json
    assert failure["error"]["code"] == "several-holders"


def test_standard_output_takes_one_pdf(office: Blink, numbers: list[str]) -> None:
    assert office("doc", "pdf", numbers[0], "--firm", _FIRM, "--out", "-").out.startswith(b"%PDF")
    assert "need a folder" in office("doc", "pdf", *numbers, "--firm", _FIRM, "--out", "-", code=2).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Name documents by number"),
        (["--filter", " "], "Name documents by number"),
        (["5265877635-20260302-000000000000-00"], "There is no document"),
        (["--filter", "x", "5265877635-20260302-000000000000-00"], "not both"),
        (["--firm", _FIRM, "--one", "--out", "."], "needs a name that ends with .pdf"),
        (["--firm", _FIRM, "--out", "some.pdf"], "need a folder"),
    ],
)
def test_what_cannot_be_meant_is_usage(office: Blink, words: list[str], said: str) -> None:
    assert said in office("doc", "pdf", *words, code=2).err


def test_what_matches_nothing_is_no_failure(office: Blink, tmp_path: Path) -> None:
    ended = office("doc", "pdf", "--filter", "qqqqqqqq", "--out", str(tmp_path / "x"))
    assert ended.err == "0 documents.\n"
    assert not (tmp_path / "x").exists()


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="no folder is at hand in which nobody may write")
def test_a_folder_in_which_one_may_not_write_is_a_sentence(office: Blink, numbers: list[str]) -> None:
    ended = office("doc", "pdf", numbers[0], "--firm", _FIRM, "--out", "/sys", code=1)
    assert "may not write there" in ended.err or "can only be read" in ended.err


def test_a_file_where_a_folder_should_be_is_a_sentence(
    office: Blink, numbers: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    ended = office("doc", "pdf", numbers[0], "--firm", _FIRM, "--out", str(tmp_path / "file"), code=1)
    assert "a file stands where a folder is needed" in ended.err


@pytest.mark.proof
@pytest.mark.skipif(not can_mount(), reason="a small disk can only be mounted by root")
def test_a_full_disk_is_a_sentence_and_leaves_no_piece(
    office: Blink, numbers: list[str], tmp_path: Path
) -> None:
    blink = f"{sys.executable} -m blink_tui.cli doc pdf {numbers[1]} --firm {_FIRM} --json --out {tmp_path}"
    script = f"mount -t tmpfs -o size=16k tmpfs {tmp_path}; {blink}; echo $?; ls -A {tmp_path}"
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-c", script], env=office.environment, capture_output=True, check=True
    )
    told, *rest = done.stdout.decode().splitlines()
    assert json.loads(told)["error"]["code"] == "file-not-written"
    assert "the disk is full" in json.loads(told)["error"]["message"]
    assert rest == ["1"]


def test_without_the_extra_the_command_to_install_it_is_told(
    office: Blink, numbers: list[str], tmp_path: Path
) -> None:
    (tmp_path / "typst.py").write_text("raise ImportError('no typst here')\n")
    out = tmp_path / "out"
    words = ("doc", "pdf", *numbers, "--firm", _FIRM, "--out", str(out))
    ended = Blink(office.home)(*words, code=1, PYTHONPATH=str(tmp_path))
    assert "pip install 'blink-tui[pdf]'" in ended.err
    assert ended.err.count("pip install") == 1
    assert not out.exists()


def test_a_terminal_shows_a_bar_and_takes_no_pdf(office: Blink, numbers: list[str], tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    base = [sys.executable, "-m", "blink_tui.cli", "doc", "pdf", *numbers, "--firm", _FIRM, "--out"]
    with os.fdopen(ours, "rb", buffering=0) as screen:
        subprocess.run([*base, str(tmp_path)], env=office.environment, stderr=theirs, check=True)
        shown = screen.read(65536)
        refused = subprocess.run([*base, "-"], env=office.environment, stdout=theirs, check=False)
        os.close(theirs)
    assert b"3/3" in shown
    assert refused.returncode == 2


def test_xml_of_several_is_written_as_received(office: Blink, numbers: list[str], tmp_path: Path) -> None:
    lines = office("doc", "xml", *numbers, "--out", str(tmp_path), "--json").json_lines
    hashes = {one["ksef_number"]: one["sha256"] for one in _documents(office).values()}
    assert [line["sha256"] for line in lines] == [hashes[number] for number in numbers]
    for number in numbers:
        content = (tmp_path / f"{number}.xml").read_bytes()
        assert hashlib.sha256(content).hexdigest() == hashes[number]
    assert office("doc", "xml", numbers[0]).out == (tmp_path / f"{numbers[0]}.xml").read_bytes()
    assert "need a folder" in office("doc", "xml", *numbers, code=2).err


def test_a_document_is_shown_in_three_shapes(office: Blink, numbers: list[str]) -> None:
    words = ("doc", "show", numbers[1], "--firm", "5252344078")
    text, html = office(*words).text, office(*words, "--format", "html").text
    for shown in ("Dates and VAT month", "the later of both decides"):
        assert shown in text
        assert shown in html
    assert html.startswith("<!DOCTYPE html>")
    assert html.endswith("</html>\n")
    assert office(*words, "--format", "json").json == office(*words, "--json").json
    sold = office("doc", "show", numbers[1], "--firm", _FIRM).text
    assert "Tax point 2026-02-28 (date of sale)." in " ".join(sold.split())
