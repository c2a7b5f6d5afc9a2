"""`blink doc collective`: from the buffer, asked of KSeF, and what is no such number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from tests.cli.conftest import Blink
from tests.collectives import fake_number, make

UNKNOWN = "1111111111-IZ202607-65ED02180000-E7"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxOptions(documents=30, firms=2, sales=0.5, auth_delay=0)) as running:
        yield running


@pytest.mark.proof
def test_a_number_of_a_bank_statement_leads_to_its_invoices(blink: Blink, sandbox: RunningSandbox) -> None:
    firm = sandbox.firms[0]
    blink.add_firm(sandbox.url, firm.nip, firm.token)
    blink("sync", "--role", "seller", "--since", "90d")
    sold = sandbox.state.documents.shelf(("Nip", firm.nip), "Subject1").all()[0].ksef_number
    lacking = fake_number(firm.nip, 7)
    number = make(sandbox, firm.nip, [sold, lacking], 1234.5, "za \u202etowar[@click=x]")
    assert blink("doc", "collective", number, "--json", code=2).json["error"]["code"] == "unknown-collective"

    told = blink("doc", "collective", f"{number[:20]} {number[20:]}", "--ask", "--json")
    assert told.err == ""
    assert told.json | {"created": "?"} == {
        "identifier": number, "check_sum_right": True, "created": "?", "invoice_count": 2, "complete": True,
        "firms": [firm.nip],
        "invoices": sorted(
            [
                {
                    "ksef_number": one, "invoice_number": named, "held_by": held,
                    "payment": {"amount": "1234.50", "currency": "PLN"},
                    "description": "za \u202etowar[@click=x]", "details_hidden": False,
                }
                for one, named, held in (
                    (sold, blink("doc", "show", sold, "--json").json["invoice_number"], [firm.nip]),
                    (lacking, None, []),
                )
            ],
            key=lambda row: str(row["ksef_number"]),
        ),
    }  # fmt: skip
    shown = blink("doc", "collective", number).text
    assert "Together: 2\u00a0469,00 PLN" in shown
    assert f"Not in the buffer: {lacking}" in shown
    assert "za towar[@click=x]" in shown
    assert "Brak w buforze" in blink("doc", "collective", number, BLINK_LANG="pl").text

    back = blink("doc", "collective", sold, number, "--json").json_lines
    assert [one["identifier"] for one in back[0]["identifiers"]] == [number]
    assert back[1]["identifier"] == number
    assert number in blink("doc", "collective", sold).text
    assert "--ask" in blink("doc", "collective", fake_number(firm.nip, 99)).text


def test_an_invoice_s_identifiers_are_asked_for(blink: Blink, sandbox: RunningSandbox) -> None:
    buyer, seller = sandbox.firms[:2]
    blink.add_firm(sandbox.url, buyer.nip, buyer.token)
    invoice = fake_number(seller.nip, 1)
    number = make(sandbox, seller.nip, [invoice, fake_number(seller.nip, 2)], 5)
    (one,) = blink("doc", "collective", invoice, "--ask", "--json").json["identifiers"]
    assert (one["identifier"], one["payment"], one["details_hidden"]) == (number, None, True)
    hidden = blink("doc", "collective", number).text
    assert "hidden" in hidden
    assert "Together" not in hidden
    ended = blink("doc", "collective", UNKNOWN, "--ask", "--json", code=2).json["error"]
    assert ended["code"] == "no-such-collective"
    blink("firm", "add", "--nip", "3755880632", "--env", sandbox.url)
    ended = blink("doc", "collective", UNKNOWN, "--ask", "--json", code=2).json["error"]
    assert ended["code"] == "firm-needed"


def test_what_is_no_number_is_refused_and_a_wrong_check_sum_warned_of(blink: Blink) -> None:
    for text in ("FV/1", UNKNOWN[:-1], UNKNOWN.replace("IZ202607", "IZ202613")):
        assert blink("doc", "collective", text, "--json", code=2).json["error"]["code"] == "usage"
    wrong = UNKNOWN[:-2] + "00"
    ended = blink("doc", "collective", wrong, "--json", code=2)
    assert ended.json["error"]["code"] == "unknown-collective"
    assert f"The check sum of {wrong} is wrong" in ended.err


def test_an_older_server_is_named(blink: Blink) -> None:
    with running_sandbox(SandboxOptions(documents=0, firms=1, auth_delay=0, api="2.6")) as old:
        blink.add_firm(old.url, old.firms[0].nip, old.firms[0].token)
        ended = blink("doc", "collective", UNKNOWN, "--ask", "--json", code=1)
        assert ended.json["error"]["code"] == "collectives-not-offered"
