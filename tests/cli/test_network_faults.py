"""A way to KSeF that is not what it should be: a sentence, its exit code, nothing sent, and nothing missing after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from blink_tui.ksef import transport
from tests.cli.conftest import Ended, SandboxProcess
from tests.cli.false_ways import Authority, Proxy, proxy_to, showing
from tests.cli.inside import BlinkInside

HOST = "ksef.test"


@dataclass(frozen=True)
class Way:
    """A sandbox with TLS that is reached by its name, through a proxy alone."""

    sandbox: SandboxProcess
    proxy: Proxy
    authority: Authority
    stranger: Authority
    """Nobody trusts it."""

    @property
    def port(self) -> int:
        return urlsplit(self.sandbox.url).port or 0

    @property
    def environment(self) -> dict[str, Any]:
        return {"HTTPS_PROXY": self.proxy.url, "NO_PROXY": "", "SSL_CERT_FILE": str(self.authority.file)}

    def requests(self) -> int:
        """How often the sandbox was asked."""
        asked = httpx.get(
            self.sandbox.url.replace("/v2", "/_sandbox/requests").replace(HOST, "localhost"),
            verify=False,
            trust_env=False,
        )
        return int(asked.json()["total"])


@pytest.fixture(scope="module")
def way(start_sandbox: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    folder = tmp_path_factory.mktemp("authorities")
    authority, stranger = Authority(folder, "trusted"), Authority(folder / "strange", "Antivirus Inspection")
    certificate, key = authority.issue(HOST)
    words = ("--tls-host", HOST, "--tls-cert", str(certificate), "--tls-key", str(key))
    with start_sandbox("--demo", "--no-limits", *words) as sandbox, proxy_to(0) as proxy:
        made = Way(sandbox, proxy, authority, stranger)
        proxy.port = made.port
        yield made


class Office(BlinkInside):
    """Reads whom to trust anew at each command, as a process of its own would."""

    def __call__(self, *words: str, stdin: str = "", code: int | None = 0, **environment: str) -> Ended:
        transport._trusted_authorities.cache_clear()
        return super().__call__(*words, stdin=stdin, code=code, **environment)


@pytest.fixture
def office(tmp_path: Path, way: Way) -> Iterator[Office]:
    """A firm that can log in, and has fetched nothing."""
    blink, firm = Office(tmp_path), way.sandbox.firms[0]
    blink("firm", "add", "--nip", firm["nip"], "--env", way.sandbox.url)
    words = ("credential", "add", "--firm", firm["nip"], "--token-stdin")
    blink(*words, stdin=firm["token"], **way.environment)
    yield blink
    transport._trusted_authorities.cache_clear()


def refused(office: Office, environment: dict[str, Any]) -> str:
    """The code of a failed pass, which told what to do and no more than one sentence with its cause."""
    ended = office("sync", "--json", code=6, **environment)
    error = ended.json["error"]
    assert "Traceback" not in ended.err
    assert ended.json["documents"]["new"] == 0 if "documents" in ended.json else True
    assert error["message"].count(". ") >= 1, error  # what happened, and what to do
    return str(error["code"])


def network(office: Office, environment: dict[str, Any]) -> dict[str, Any]:
    """What the doctor says of the network: the last line of that check."""
    told = office("doctor", "--json", code=1, **environment).json
    (check,) = [one for one in told["checks"] if one["check"] == "network"]
    return dict(check["findings"][-1])


@pytest.mark.proof
def test_certificates_that_prove_nothing(office: Office, way: Way) -> None:
    before = way.requests()
    shown = {
        "ksef-tls-issuer": (way.stranger.issue(HOST), "Antivirus Inspection", "SSL_CERT_FILE"),
        "ksef-tls-name": (way.authority.issue("other.test"), "other.test", "environment"),
        "ksef-tls-date": (way.authority.issue(HOST, timedelta(days=-30)), "valid until 20", "date and time"),
    }
    for code, (files, told, advice) in shown.items():
        with showing(*files) as port:
            way.proxy.port = port
            assert refused(office, way.environment) == code
            line = network(office, way.environment)
            assert line["level"] == "failure"
            assert told in line["sentence"]
            assert advice in line["advice"]
    assert way.requests() == before
    way.proxy.port = way.port
    whole_again(office, way)


@pytest.mark.proof
def test_proxies_that_lead_nowhere(office: Office, way: Way) -> None:
    before = way.requests()
    way.proxy.refusal = b"403 Forbidden"
    assert refused(office, way.environment) == "not-ksef-answered"
    assert HOST in network(office, way.environment)["advice"]
    way.proxy.refusal = None
    gone = way.environment | {"HTTPS_PROXY": "http://anna:secret@127.0.0.1:9"}
    ended = office("sync", "--json", code=6, **gone)
    assert ended.json["error"]["code"] == "proxy-unreachable"
    assert "http://127.0.0.1:9 " in ended.json["error"]["message"]
    assert "secret" not in ended.text + ended.err
    line = network(office, gone)
    assert "http://127.0.0.1:9" in line["sentence"]
    assert "HTTPS_PROXY" in line["advice"]
    assert refused(office, way.environment | {"HTTPS_PROXY": "gopher://127.0.0.1:9"}) == "proxy-unusable"
    missing = way.environment | {"SSL_CERT_FILE": "/nonexistent.pem"}
    assert refused(office, missing) == "authorities-unreadable"
    assert "/nonexistent.pem" in network(office, missing)["sentence"]
    assert way.requests() == before
    whole_again(office, way)


def whole_again(office: Office, way: Way) -> None:
    """With the fault gone a pass brings what a pass brings where there never was one."""
    assert "through the proxy" in str(office("doctor", "--json", **way.environment).json)
    brought = office("sync", "--json", **way.environment).json["documents"]
    assert brought["new"] == brought["total"] > 20
    listed = {one["ksef_number"] for one in office("doc", "list", "--json").json_lines}
    assert listed == held(way.sandbox.url.replace(HOST, "localhost"), way.sandbox.firms[0]["nip"])


def held(url: str, nip: str) -> set[str]:
    """Numbers of everything that a sandbox holds for a firm."""
    told = httpx.get(
        url.replace("/v2", "/_sandbox/state"),
        params={"context": nip},
        verify=False,
        trust_env=False,
    )
    shelves = told.json()["contexts"][nip].values()
    return {one["ksefNumber"] for shelf in shelves for one in shelf["documents"]}
