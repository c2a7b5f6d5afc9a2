"""Files are written whole or not at all, and never over another one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blink_tui.cli.doc_files import TOGETHER, check_together
from blink_tui.cli.files import destination
from blink_tui.model.errors import BlinkError
from blink_tui.sync.files import FILE_TAKEN, place

_REFUSED = """
import resource, signal, sys
from pathlib import Path
from blink_tui.model.errors import BlinkError
from blink_tui.sync.files import NOT_WRITTEN, place
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    place(Path(sys.argv[1]) / "file.pdf", bytes(5000))
except BlinkError as error:
    sys.exit(0 if error.kind is NOT_WRITTEN else 1)
sys.exit(2)
"""


def test_a_new_file_is_closed_to_others_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        assert place(tmp_path / "a" / "file.pdf", b"x")
    finally:
        os.umask(before)
    [path] = (tmp_path / "a").iterdir()
    assert path.read_bytes() == b"x"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_bytes_are_no_conflict_and_others_are(tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    place(path, b"x")
    stands = path.stat()
    assert not place(path, b"x")
    assert path.stat() == stands
    with pytest.raises(BlinkError) as refused:
        place(path, b"y")
    assert refused.value.kind is FILE_TAKEN
    assert path.read_bytes() == b"x"


def test_what_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / f".file.pdf.{os.getpid()}.part").write_bytes(b"half of")
    assert place(tmp_path / "file.pdf", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["file.pdf"]


def test_a_refused_write_leaves_no_piece(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _REFUSED, str(tmp_path)], check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_a_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file.pdf").mkdir()
    with pytest.raises(BlinkError) as refused:
        place(tmp_path / "file.pdf", b"x")
    assert refused.value.kind is FILE_TAKEN


@pytest.mark.parametrize(
    ("out", "files", "named", "path"),
    [
        ("-", 1, True, None),
        ("some", 3, True, "some/n.pdf"),
        ("some", 1, True, "some/n.pdf"),
        ("one.pdf", 1, True, "one.pdf"),
        ("one.PDF", 1, False, "one.PDF"),
        ("folder.pdf", 3, True, "folder.pdf/n.pdf"),
    ],
)
def test_a_destination_is_a_file_by_its_suffix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, files: int, named: bool, path: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.pdf").mkdir()
    found = destination(out, ".pdf", files=files, named=named).path("n.pdf")
    assert (str(found) if found else None) == path


@pytest.mark.parametrize(("out", "files", "named"), [("-", 2, True), ("a.pdf", 2, True), ("a", 1, False)])
def test_a_destination_that_cannot_be_is_usage(out: str, files: int, named: bool) -> None:
    with pytest.raises(BlinkError) as refused:
        destination(out, ".pdf", files=files, named=named)
    assert refused.value.kind.code == "usage"


def test_one_file_holds_a_bounded_number_of_documents() -> None:
    check_together(TOGETHER)
    with pytest.raises(BlinkError) as refused:
        check_together(TOGETHER + 1)
    assert refused.value.kind.code == "usage"
