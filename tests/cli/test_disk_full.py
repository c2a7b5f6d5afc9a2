"""A disk that fills up in mid-fetch: a sentence, exit code 1, an unmoved mark; with space again nothing is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Blink, SandboxProcess

_SCRIPT = """
set -e
mount -t tmpfs -o size=6m tmpfs "$HOME/data"
blink() { "$PYTHON" -m blink_tui.cli "$@"; }
blink firm add --nip "$NIP" --env "$URL" >/dev/null
printf '%s' "$TOKEN" | blink credential add --firm "$NIP" --token-stdin >/dev/null
df --output=avail -B1 "$HOME/data" | tail -n1 > "$HOME/avail"
head -c $(( $(cat "$HOME/avail") - $LEFT )) /dev/zero > "$HOME/data/filler"
code=0; blink sync --json > "$HOME/full.json" || code=$?
echo $code > "$HOME/code"
rm "$HOME/data/filler"
blink status --json > "$HOME/status.json"
blink sync --json > "$HOME/again.json"
blink doc list --json > "$HOME/list.json"
"""


def can_mount() -> bool:
    if os.geteuid() != 0:
        return False
    probe = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[SandboxProcess]:
    with start_sandbox("--demo") as running:
        yield running


@pytest.mark.proof
@pytest.mark.skipif(not can_mount(), reason="a small disk can only be mounted by root")
@pytest.mark.parametrize("left", [0, 20_000, 120_000])
def test_a_full_disk_loses_nothing(blink: Blink, sandbox: SandboxProcess, left: int) -> None:
    firm = sandbox.firms[0]
    (blink.home / "data").mkdir()
    environment = blink.environment | {
        "PYTHON": sys.executable,
        "NIP": firm["nip"],
        "URL": sandbox.url,
        "TOKEN": firm["token"],
        "LEFT": str(left),
    }
    subprocess.run(["unshare", "--mount", "bash", "-c", _SCRIPT], env=environment, check=True, timeout=120)

    def read(name: str) -> Any:
        return json.loads(Path(blink.home, name).read_text())

    assert int((blink.home / "code").read_text()) == 1
    assert read("full.json")["error"]["code"] in {"disk-full", "part-not-written"}
    assert read("status.json")["firms"][0]["complete_until"] is None
    listed = (blink.home / "list.json").read_text().splitlines()
    assert read("again.json")["documents"]["total"] == len(listed) > 20
    assert len({json.loads(line)["ksef_number"] for line in listed}) == len(listed)


_WANTED = """
import datetime, os, sqlite3
with sqlite3.connect(os.environ["HOME"] + "/data/default/buffer.db", timeout=30) as buffer:
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    buffer.execute("UPDATE schedule SET wanted = ?", (now,))
"""
_BESIDE = """
set -e
mount -t tmpfs -o size=6m tmpfs "$HOME/data"
blink() { "$PYTHON" -m blink_tui.cli "$@"; }
until_true() { for _ in $(seq 300); do if eval "$1"; then return 0; fi; sleep 0.2; done; echo "not: $1" >&2; return 1; }
blink firm add --nip "$NIP" --env "$URL" >/dev/null
printf '%s' "$TOKEN" | blink credential add --firm "$NIP" --token-stdin >/dev/null
head -c $(( $(df --output=avail -B1 "$HOME/data" | tail -n1) - 120000 )) /dev/zero > "$HOME/data/filler"
"$PYTHON" -m blink_tui.cli daemon --log-to stderr 2> "$HOME/log" &
daemon=$!
until_true 'grep -qi "full" "$HOME/log"'
kill -0 $daemon
rm "$HOME/data/filler"
"$PYTHON" -c "$WANTED"
until_true '[ $(blink status --json | grep -c "\\"complete_until\\": null") = 0 ]'
kill $daemon
wait $daemon
blink sync --json > "$HOME/again.json"
"""


@pytest.mark.proof
@pytest.mark.skipif(not can_mount(), reason="a small disk can only be mounted by root")
def test_a_daemon_outlives_a_full_disk(blink: Blink, sandbox: SandboxProcess) -> None:
    firm = sandbox.firms[1]
    (blink.home / "data").mkdir()
    environment = blink.environment | {
        "PYTHON": sys.executable,
        "NIP": firm["nip"],
        "URL": sandbox.url,
        "TOKEN": firm["token"],
        "WANTED": _WANTED,
    }
    subprocess.run(["unshare", "--mount", "bash", "-c", _BESIDE], env=environment, check=True, timeout=150)
    documents = json.loads((blink.home / "again.json").read_text())["documents"]
    assert documents["new"] == 0
    assert documents["total"] > 0
