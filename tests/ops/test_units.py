"""Units of systemd: what they say, judged by systemd's own tools where they are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from blink_tui.model.errors import BlinkError
from blink_tui.ops.units import UNUSABLE_PATH, Plan, daemon_unit, name_of, timer_units, unit_paths

ANALYZE = shutil.which("systemd-analyze")
NO_SYSTEMD = pytest.mark.skipif(ANALYZE is None, reason="no systemd here")
MOST_EXPOSED = 2.5
"""Of 10, as systemd-analyze counts."""
OTHERS = {"root", "nobody"}


def _plan(folder: Path) -> Plan:
    program = folder / "my 50% blink $HOME"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return Plan(
        "office", Path('/var/lib/blink "tui" 100% $1'), (str(program),), (Path("/opt/blink"),), "pl", 0o077,
        (Path("/srv/My Export 50%"), Path("/srv/metrics")), account="daemon", credential=Path("/etc/blink/pass 1%"),
    )  # fmt: skip


@NO_SYSTEMD
@pytest.mark.parametrize("account", ["daemon", None])
@pytest.mark.parametrize("timer", [False, True])
def test_systemd_takes_them_with_any_path(tmp_path: Path, account: str | None, timer: bool) -> None:
    plan = replace(_plan(tmp_path), account=account)
    files = unit_paths(plan, tmp_path / "units", timer=timer)
    for path, text in files:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    user = [] if account else ["--user"]
    done = subprocess.run(
        [ANALYZE or "", *user, "verify", *(str(path) for path, _text in files)],
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@NO_SYSTEMD
@pytest.mark.parametrize("group", [False, True])
@pytest.mark.parametrize("timer", [False, True])
def test_a_system_unit_is_closed_off(tmp_path: Path, group: bool, timer: bool) -> None:
    plan = replace(_plan(tmp_path), group=group)
    path, text = unit_paths(plan, tmp_path, timer=timer)[0]
    path.write_text(text)
    command = [ANALYZE or "", "security", "--offline=true", "--no-pager", str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    exposed = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
    assert exposed is not None
    assert float(exposed[1]) <= MOST_EXPOSED


def test_words_are_quoted_as_systemd_reads_them(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    lines = daemon_unit(plan).splitlines()
    program, home = f'"{tmp_path}/my 50%% blink $HOME"', '/var/lib/blink \\"tui\\" 100%% '
    assert f'ExecStart={program} --home "{home}$$1" --profile office --lang pl daemon' in lines
    assert f'ReadWritePaths="{home}$1/office"' in lines
    assert 'ReadWritePaths="-/srv/My Export 50%%"' in lines
    assert "LoadCredential=blink-vault:/etc/blink/pass 1%%" in lines
    for wrong in ({"home": Path("/var/lib/a\nExecStartPre=+/bin/sh")}, {"command": ('/opt/"blink"',)}):
        with pytest.raises(BlinkError) as caught:
            daemon_unit(replace(plan, **wrong))
        assert caught.value.kind is UNUSABLE_PATH


def test_what_the_program_needs_is_left_to_it(tmp_path: Path) -> None:
    """Each of these would break something that tests of other parts show."""
    plan = _plan(tmp_path)
    text = daemon_unit(plan)
    for hidden in ("ProtectProc", "ProcSubset", "PrivateUsers", "PrivateNetwork", "@resources"):
        assert hidden not in text
    assert "BindPaths=/tmp/blink-limits" in text  # the machine's budget of requests is one
    shared = daemon_unit(replace(plan, limits=Path("/run/limits")))
    assert "Environment=BLINK_LIMITS_DIR=/run/limits" in shared
    assert "BindPaths" not in shared
    assert "RestrictSUIDSGID=yes" in text
    assert "RestrictSUIDSGID" not in daemon_unit(replace(plan, group=True))
    assert "ProtectHome=yes" in text
    assert "ProtectHome=read-only" in daemon_unit(replace(plan, program=(Path("/home/jan/venv"),)))


def test_a_user_s_unit_asks_for_nothing_that_its_manager_may_not_do(tmp_path: Path) -> None:
    text = daemon_unit(replace(_plan(tmp_path), account=None))
    for needs_namespaces in (
        "ProtectSystem",
        "PrivateTmp",
        "ReadWritePaths",
        "BindPaths",
        "User=",
        "ExecStartPre",
    ):
        assert needs_namespaces not in text
    assert "NoNewPrivileges=yes" in text
    assert "WantedBy=default.target" in text


def test_the_timer_s_command_is_not_failed_by_what_passes_by_itself(tmp_path: Path) -> None:
    service, timer = timer_units(_plan(tmp_path))
    assert "Type=oneshot" in service
    assert "SuccessExitStatus=5 6 7" in service
    assert "sync --due" in service
    assert "Persistent=true" in timer
    assert name_of("default", timer=True) == "blink-sync"
    assert name_of("office", timer=False) == "blink-office"
