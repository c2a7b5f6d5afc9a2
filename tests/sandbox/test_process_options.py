"""Scenario files, the log in a file, a clock that stands, TLS under a host name."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import httpx
import pytest

from blink_tui.sandbox import SandboxOptions, UnusableOptionsError, running_sandbox
from blink_tui.sandbox.scenario_file import read_scenario
from tests.sandbox.caller import Caller, bearer, fetch
from tests.sandbox.conftest import NOON, relaxed

SCENARIO = """
[sandbox]
bounds = "[)"
hwm_lag = 300
documents = 5
as_of = 2026-03-31

[[fault]]
do = "answer"
operation = "query_metadata"
status = 429
retry_after = 2680

[[fault]]
do = "hang"
"""


def test_scenario_sets_options_and_faults(tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(SCENARIO)
    with running_sandbox(relaxed(scenario=file, clock=NOON)) as sandbox:
        assert sandbox.state.options.bounds == "[)"
        assert len(sandbox.state.documents.by_number) == 5
        caller = Caller(sandbox)
        with caller.http:
            caller.login(sandbox.firms[0])
            assert caller.query().headers["Retry-After"] == "2680"
            assert caller.query().status_code == 200
            told = caller.control("GET", "faults").json()["fault"]
            assert [fault["do"] for fault in told] == ["hang"]


@pytest.mark.parametrize(
    "text",
    [
        "[sandbox]\nport = 1\n",
        "[sandbox]\nspeed = 1\n",
        '[sandbox]\nbounds = "]["\n',
        '[sandbox]\ndocuments = "many"\n',
        '[[fault]]\ndo = "drop"\n',
        "[[failure]]\n",
        "[sandbox\n",
    ],
)
def test_senseless_scenario_names_its_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(text)
    with pytest.raises(UnusableOptionsError, match=r"scenario\.toml"):
        read_scenario(file, SandboxOptions())


def test_operation_of_a_scenario_must_exist(tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text('[[fault]]\ndo = "drop"\noperation = "nothing"\n')
    with pytest.raises(UnusableOptionsError, match="nothing"), running_sandbox(relaxed(scenario=file)):
        pass


def test_documented_scenario_is_a_good_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    file = tmp_path / "scenario.toml"
    file.write_text(page.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    scenario = read_scenario(file, SandboxOptions())
    assert (scenario.options.bounds, scenario.options.clock) == ("[)", NOON)
    with running_sandbox(relaxed(scenario=file)) as sandbox:
        assert len(sandbox.state.faults.published()) == len(scenario.faults) == 3


def test_log_goes_to_the_end_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_text("{}\n")
    with running_sandbox(relaxed(documents=1, log=file)) as sandbox:
        fetch(f"{sandbox.url}/nowhere")
        rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(row.get("path"), row.get("status")) for row in rows] == [(None, None), ("/v2/nowhere", 404)]


def test_clock_stands_still_where_it_is_told() -> None:
    with running_sandbox(relaxed(documents=1, clock=NOON)) as sandbox:
        told = fetch(f"{sandbox.state.base}/_sandbox/clock").json()
    assert told["now"] == "2026-03-31T12:00:00.0000000+00:00"


def test_tls_under_a_host_name(tmp_path: Path) -> None:
    """`localhost` stands for the name: it leads to the loopback address everywhere."""
    options = relaxed(documents=10, tls_host="localhost", tls_dir=tmp_path, clock=NOON)
    with running_sandbox(options) as sandbox:
        assert sandbox.url.startswith("https://localhost:")
        trusting = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        trusting.verify_flags |= ssl.VERIFY_X509_STRICT
        caller = Caller(sandbox)
        caller.http.close()
        with httpx.Client(verify=trusting, base_url=sandbox.url) as http:
            caller.http = http
            begun = caller.begin(sandbox.firms[0].token, sandbox.firms[0].nip)
            tokens = http.post("/auth/token/redeem", headers=caller.operation(begun)).json()
            http.headers.update(bearer(tokens["accessToken"]["token"]))
            ordered = caller.order()[0].json()["referenceNumber"]
            (part,) = caller.ready(ordered)["package"]["parts"]
            assert part["url"].startswith("https://localhost:")
            assert http.get(part["url"]).status_code == 200
        with pytest.raises(httpx.ConnectError), httpx.Client() as distrusting:
            distrusting.get(sandbox.url)
    assert (tmp_path / "sandbox-key.pem").stat().st_mode & 0o077 == 0
    given = relaxed(
        documents=1,
        tls_host="localhost",
        tls_cert=tmp_path / "sandbox.pem",
        tls_key=tmp_path / "sandbox-key.pem",
    )
    with running_sandbox(given) as sandbox, httpx.Client(verify=trusting) as http:
        assert http.get(f"{sandbox.url}/nowhere").status_code == 404


def test_tls_needs_files() -> None:
    with pytest.raises(UnusableOptionsError), running_sandbox(relaxed(tls_host="localhost")):
        pass
