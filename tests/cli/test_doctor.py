"""`blink doctor` from the command line: nothing there yet, firms, what is wrong, its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from blink_tui.i18n import set_language
from blink_tui.ops.doctor import all_checks
from tests.cli.conftest import Blink

PAGE = Path(__file__).parents[2] / "docs" / "doctor.md"


@pytest.mark.parametrize("language", ["pl", "en"])
def test_an_empty_home_is_well_and_stays_empty(blink: Blink, language: str) -> None:
    ended = blink("--lang", language, "doctor", COLUMNS="80")
    assert ended.err == ""
    assert ended.text.splitlines()[-1] == {"pl": "Wszystko w porządku.", "en": "All is well."}[language]
    assert all(len(line) <= 80 for line in ended.text.splitlines() if "/" not in line)
    assert not (blink.home / "data").exists()
    titles = {"pl": "Uprawnienia", "en": "Permissions"}
    assert titles[language] in ended.text


def test_programs_read_it_and_firms_narrow_it(blink: Blink) -> None:
    blink("firm", "add", "--nip", "5265877635")
    blink("firm", "add", "--nip", "1111111111")
    told = blink("doctor", "--offline", "--json").json
    assert told["level"] == "warning"
    checks = {one["check"]: one for one in told["checks"]}
    assert list(checks) == [check.id for check in all_checks(network=False)]
    assert "2 firms have nothing that logs in" in checks["schedule"]["findings"][0]["sentence"]
    one = blink("doctor", "--offline", "--json", "--firm", "1111111111").json
    (schedule,) = [check for check in one["checks"] if check["check"] == "schedule"]
    assert "1111111111" in schedule["findings"][0]["sentence"]
    assert "5265877635" not in str(schedule)
    assert blink("doctor", "--firm", "5260250274", "--json", code=2).json["error"]["code"] == "no-such-firm"
    assert "--audit" in blink("doctor", "--export", "-", code=2).err


def test_what_is_wrong_makes_it_fail_and_stands_with_what_to_do(blink: Blink) -> None:
    (blink.home / "passphrase").chmod(0o644)
    ended = blink("doctor", "--offline", code=1, COLUMNS="80")
    lines = ended.text.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith("FAILURE")]
    assert "Permissions" in lines[place]
    assert "→ Close it to others: chmod 600" in ended.text
    assert "1 failure," in lines[-1]


def test_the_page_has_every_check() -> None:
    set_language("en")
    rows = [f"| `{check.id}` | {check.title} | {check.meaning} |" for check in all_checks()]
    assert [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")] == rows
