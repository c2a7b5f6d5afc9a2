"""Files are closed to whom they are not for, whatever the umask, and open to the group that a folder was made for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from blink_tui.model.accounts import account_name
from blink_tui.model.modes import (
    Sharing,
    close_to_others,
    make_folder,
    open_private,
    open_to_others,
    sharing,
)
from tests.accounts import ANNA, GROUP, PIOTR, office_folder, python_as


@pytest.fixture(params=[0o000, 0o022, 0o077], autouse=True)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode_of(path: Path) -> str:
    return oct(path.stat().st_mode & 0o7777)


def made(path: Path, *, own: bool = False) -> Path:
    os.close(open_private(path, os.O_WRONLY | os.O_CREAT, own=own))
    return path


def test_what_is_one_account_s_is_closed_to_all_others(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    assert mode_of(tmp_path / "a") == mode_of(tmp_path / "a" / "b") == "0o700"
    assert mode_of(made(tmp_path / "a" / "file")) == "0o600"


def test_what_is_a_group_s_is_open_to_it_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o2770)
    make_folder(tmp_path / "a" / "b")
    assert mode_of(tmp_path / "a") == mode_of(tmp_path / "a" / "b") == "0o2770"
    assert mode_of(made(tmp_path / "a" / "b" / "file")) == "0o660"
    assert mode_of(made(tmp_path / "a" / "own", own=True)) == "0o600"


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        (0o2770, Sharing.GROUP),
        (0o2775, Sharing.GROUP),  # what is made in it is closed to all others, though the folder is not
        (0o770, Sharing.ALONE),
        (0o2750, Sharing.ALONE),
        (0o777, Sharing.ALONE),
    ],
)
def test_a_group_s_folder_hands_its_group_on_and_lets_it_write(
    tmp_path: Path, mode: int, kind: Sharing
) -> None:
    tmp_path.chmod(mode)
    assert sharing(tmp_path / "not" / "yet" / "there") is kind


def test_a_file_that_was_open_is_closed_when_it_is_written_again(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    file.chmod(0o644)
    close_to_others(file, tmp_path)
    assert mode_of(file) == "0o600"


def test_a_file_from_before_a_folder_became_the_group_s_gets_its_group(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    other = os.getgid() if os.geteuid() else GROUP
    os.chown(tmp_path, -1, other)
    tmp_path.chmod(0o2770)
    close_to_others(file, tmp_path)
    assert (mode_of(file), file.stat().st_gid) == ("0o660", other)


def test_a_device_stays_as_it_is() -> None:
    before = mode_of(Path(os.devnull))
    os.close(open_private(Path(os.devnull), os.O_WRONLY))
    assert mode_of(Path(os.devnull)) == before


def test_what_is_open_in_a_folder_is_closed_and_nothing_beyond_a_link(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "profile", tmp_path / "elsewhere"
    make_folder(folder / "export")
    elsewhere.touch()
    elsewhere.chmod(0o644)
    (folder / "link").symlink_to(elsewhere)
    for path in (folder, folder / "export", made(folder / "buffer.db")):
        path.chmod(path.stat().st_mode | 0o055)
    assert open_to_others(folder) == []
    assert mode_of(folder) == mode_of(folder / "export") == "0o700"
    assert mode_of(folder / "buffer.db") == "0o600"
    assert mode_of(elsewhere) == "0o644"
    assert open_to_others(tmp_path / "missing") == []


_LEFT = """
import sys
from pathlib import Path
from blink_tui.model.modes import open_to_others
print(open_to_others(Path(sys.argv[1])))
"""


def test_what_another_account_left_open_is_told_and_stays() -> None:
    with office_folder() as office:
        file = office / "buffer.db"
        file.touch()
        os.chown(file, ANNA, GROUP)
        file.chmod(0o664)
        assert python_as(PIOTR, _LEFT, office) == f"[PosixPath('{file}')]"
        assert mode_of(file) == "0o664"
        assert python_as(ANNA, _LEFT, office) == "[]"
        assert mode_of(file) == "0o660"


def test_an_account_is_named_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert account_name() != "somebody-else"
    assert account_name(GROUP) == str(GROUP)
