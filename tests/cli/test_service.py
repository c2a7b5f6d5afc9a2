"""`blink service`: units are written, never over somebody's own changes, and removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blink_tui.sandbox import SandboxOptions, running_sandbox
from tests.cli.conftest import Blink


@pytest.fixture
def units(tmp_path: Path) -> Path:
    return tmp_path / "units"


def test_a_unit_is_shown_written_kept_where_it_was_edited_and_removed(blink: Blink, units: Path) -> None:
    where = ("--user", "--units", str(units))
    shown = blink("service", "install", *where, "--print").text
    assert not units.exists()
    told = blink("service", "install", *where).text
    unit = units / "blink.service"
    assert unit.read_text() in shown
    assert f"--home {blink.home}/data --profile default --lang en daemon" in unit.read_text()
    assert "loginctl enable-linger" in told
    assert "systemctl --user daemon-reload" in told
    blink("service", "install", *where)  # its own it writes anew
    edited = unit.read_text() + "Nice=5\n"
    unit.write_text(edited)
    assert blink("service", "install", *where, "--json", code=2).json["error"]["code"] == "unit-edited"
    assert blink("service", "uninstall", *where, "--json", code=2).json["error"]["code"] == "unit-edited"
    assert unit.read_text() == edited
    (state,) = blink("service", "status", *where, "--json").json
    assert (state["unit"], state["state"]) == (str(unit), "edited")
    assert blink("service", "install", *where, "--force", "--json").json == {
        "units": [str(unit)],
        "started": False,
    }
    assert (units / "blink.service.old").read_text() == edited
    blink("service", "install", *where, "--timer")
    removed = blink("service", "uninstall", *where, "--json").json["removed"]
    assert {Path(path).name for path in removed} == {
        "blink.service",
        "blink-sync.timer",
        "blink-sync.service",
    }
    assert [path.name for path in units.iterdir()] == ["blink.service.old"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--system",), "usage"),
        (("--user", "--account", "daemon"), "usage"),
        (("--system", "--account", "no-such-account-here"), "no-account"),
        (("--user", "--credential", "a", "--passphrase-file", "b"), "usage"),
    ],
)
def test_what_makes_no_sense_is_refused(blink: Blink, units: Path, words: tuple[str, ...], code: str) -> None:
    refused = blink("service", "install", *words, "--units", str(units), "--json", code=2).json["error"]
    assert refused["code"] == code
    assert not units.exists()


def test_it_may_write_where_the_profile_s_firms_want_their_files(
    blink: Blink, units: Path, tmp_path: Path
) -> None:
    watched = tmp_path / "Watched folder"
    watched.mkdir()
    with running_sandbox(SandboxOptions(documents=0, firms=1)) as sandbox:
        firm = sandbox.firms[0]
        blink.add_firm(sandbox.url, firm.nip, firm.token)
    blink("export", "settings", "--firm", firm.nip, "--format", "symfonia", "--set", f"folder={watched}")
    told = blink("service", "install", "--system", "--account", "daemon", "--units", str(units))
    text = (units / "blink.service").read_text()
    assert f'ReadWritePaths="-{watched}"' in text
    assert f"ReadWritePaths={blink.home}/data/default\n" in text
    assert "User=daemon" in text
    assert "--credential" in told.err  # the vault has a passphrase, which nobody would type


def test_now_starts_it_and_says_when_systemd_would_not(blink: Blink, units: Path, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    systemctl = programs / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    systemctl.chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    blink("service", "install", "--user", "--units", str(units), "--now", PATH=path)
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == ["--user daemon-reload", "--user enable --now blink.service"]
    systemctl.write_text("#!/bin/sh\necho no bus >&2; exit 1\n")
    refused = blink(
        "service", "install", "--user", "--units", str(units), "--now", "--json", code=1, PATH=path
    )
    assert refused.json["error"]["cause"] == "systemctl: no bus"
