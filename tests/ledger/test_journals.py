"""Journals for hledger and Beancount: as the examples, and right whatever an invoice says; the programs judge it."""

from __future__ import annotations

import difflib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Frame
from blink_tui.ledger.exporters import beancount, hledger
from blink_tui.ledger.journals import entry_of
from blink_tui.ledger.settings import filled
from blink_tui.ledger.texts import Texts
from blink_tui.model.books import BookKind
from blink_tui.model.coding import PostingLine, Side
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import InvoiceParty
from blink_tui.model.months import Month
from tests.coding.engine import speaking
from tests.invoices.samples import shared
from tests.ledger.hostile import TEXTS, changed, purchase, sale, with_text
from tests.ledger.sheets import files_of, written_together
from tests.ledger.six import frame, six_ledger
from tests.ledger.worked import worked_documents

BOTH = [hledger.EXPORTER, beancount.EXPORTER]
NASTY = (
    "x  ; date:2026-99-99, [2026-13-13]", "2026-01-01 * (a) b", ') evil (', "* ! flagged", '"; drop', "\\", "a\\\"b",
    "202:3333  100.00 PLN", "@@ =* {1} #tag ^link", "  ", "|", ";", "%", "comment", "include /etc/passwd",
    'option "x" "y"',
)  # fmt: skip
"""What either program would take for something else than a text."""


def _id(exporter: Exporter) -> str:
    return exporter.id


def settled(exporter: Exporter, **settings: str) -> Frame:
    own = frame()
    return replace(own, settings=filled(exporter, {**own.settings, **settings}))


def journal(exporter: Exporter, *documents: LedgerDocument, **settings: str) -> str:
    (content,) = files_of(exporter, documents, settled(exporter, **settings)).values()
    return content.decode()


def hostile() -> list[LedgerDocument]:
    """Documents whose every text is one of those that break things, and accounts of such."""
    found = []
    for place, text in enumerate((*TEXTS.values(), *NASTY), 100):
        for number, document in enumerate((sale(), purchase())):
            spelled = with_text(text, changed(document, number=f"{text}{place}"))
            lines = (
                PostingLine(
                    Side.DEBIT, f"402-{text}", Decimal("1.00"), text, (("mpk", text), (text or "x", "1"))
                ),
                *spelled.coding.lines,
                PostingLine(Side.DEBIT, "402-01", Decimal("-1.00"), text, (("date", text),)),
            )
            party = InvoiceParty(name=text, id_country="US", other_id=text)
            side = {"buyer" if document.sale else "seller": party}
            coding = replace(spelled.coding, lines=lines)
            found.append(replace(changed(spelled, **side), id=place * 2 + number, coding=coding))
    return found


def difference(ours: str, theirs: str) -> list[str]:
    lines = difflib.ndiff(theirs.rstrip("\n").splitlines(), ours.rstrip("\n").splitlines())
    return [line for line in lines if line.startswith(("- ", "+ "))]


def test_the_hledger_journal_is_the_example_but_for_a_day_and_an_order() -> None:
    theirs = (shared("ledger", "examples") / "journal.hledger").read_text(encoding="utf-8")
    head = "* (FV/77/2026) BETA TEST S.A. | Hosting i prasa  ; nip:PL3333333333, issued:2026-02-03"
    assert difference(journal(hledger.EXPORTER, *six_ledger()), theirs) == [
        # booked on the day of the tax point, where the example has the day of receipt
        f"- 2026-02-04 {head}",
        f"+ 2026-02-03 {head}",
        # the scheme has both debits before the credits
        "+     223                                              23.00 PLN",
        "-     223                                              23.00 PLN",
    ]


def test_the_beancount_journal_is_the_example_but_for_a_day_an_order_and_the_title() -> None:
    theirs = (shared("ledger", "examples") / "journal.beancount").read_text(encoding="utf-8")
    head = '* "BETA TEST S.A." "FV/77/2026: Hosting i prasa"'
    posting = "  Assets:223                                         23.00 PLN"
    assert difference(journal(beancount.EXPORTER, *six_ledger()), theirs) == [
        '- option "title" "BLINK DEMO 2026"',
        '+ option "title" "BLINK DEMO SP. Z O.O."',
        f"- 2026-02-04 {head}",
        f"+ 2026-02-03 {head}",
        f"+ {posting}",
        f"- {posting}",
    ]


@pytest.mark.parametrize("exporter", BOTH, ids=_id)
def test_every_account_and_currency_is_declared_once(exporter: Exporter) -> None:
    text = journal(exporter, *six_ledger(), currency_amounts="tak")
    declared = [
        line.split()[-1 if exporter.id == "hledger" else 2]
        for line in text.splitlines()
        if " open " in line or line.startswith("account ")
    ]
    used = {line.split()[0] for line in text.splitlines() if line.startswith("  ") and line.endswith(" PLN")}
    assert sorted(declared) == sorted(used)
    assert "EUR" in text


@pytest.mark.parametrize("exporter", BOTH, ids=_id)
def test_a_currency_amount_stands_where_it_is_wanted(exporter: Exporter) -> None:
    assert "EUR" not in journal(exporter, *six_ledger())
    text = journal(exporter, *six_ledger(), currency_amounts="tak")
    assert "500.00 EUR @@ 2125.00 PLN" in text
    assert text.count("@@") == 1


@pytest.mark.parametrize(
    ("kind", "word"), [(BookKind.KPIR, "KPiR"), (BookKind.LUMP_SUM, "ryczałt"), (None, "nie ma ustawionych")]
)
@pytest.mark.parametrize("exporter", BOTH, ids=_id)
def test_a_firm_without_full_books_is_refused(exporter: Exporter, kind: BookKind | None, word: str) -> None:
    own = frame(kind) if kind else frame(books=None)
    with pytest.raises(BlinkError) as refused:
        files_of(exporter, [], own)
    assert refused.value.kind.code == "no-journal"
    with speaking("pl"):
        assert word in str(refused.value)
    with pytest.raises(BlinkError):
        exporter.prepare(sale(), own)


@pytest.mark.parametrize("exporter", BOTH, ids=_id)
def test_an_entry_that_does_not_balance_blocks_and_is_not_written(exporter: Exporter) -> None:
    odd = replace(sale(), coding=replace(sale().coding, lines=sale().coding.lines[:2]))
    piece = exporter.prepare(odd, settled(exporter))
    assert piece is not None
    assert [(one.code, one.blocks) for one in piece.warnings] == [("not-balanced", True)]
    assert "FS/1/02/2026" not in journal(exporter, odd)


@pytest.mark.parametrize("exporter", BOTH, ids=_id)
def test_a_document_without_postings_or_of_another_month_is_left_out(exporter: Exporter) -> None:
    own = settled(exporter)
    assert exporter.prepare(replace(sale(), coding=replace(sale().coding, lines=())), own) is None
    assert exporter.prepare(sale(), replace(own, months=(Month(2026, 3),))) is None
    assert exporter.prepare(sale(), replace(own, months=(Month(2026, 2),))) is not None


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("201-2222222222", "Assets:201:K2222222222"), ("202-DE999999999", "Liabilities:202:DE999999999"),
        ("401-03-NKUP", "Expenses:401:03-NKUP"), ("702", "Income:702"), ("222-1", "Liabilities:222:1"),
        ("223", "Assets:223"), ("845", "Equity:845"), ("402-koszty ogólne", "Expenses:402:Koszty-ogólne"),
    ],
)  # fmt: skip
def test_accounts_stand_under_beancount_s_roots(number: str, name: str) -> None:
    roots = settled(beancount.EXPORTER).settings["roots"]
    assert beancount.account_name(number, roots) == name.replace("Equity:845", "Liabilities:845")


def test_accounts_of_hledger_are_numbers_or_stand_under_names() -> None:
    assert hledger.account_name("401-03-NKUP", "") == "401:03:NKUP"
    assert hledger.account_name("402-01", "4=Expenses 402=Services") == "Services:402:01"
    assert hledger.account_name("a  b;c", "") == "a_b_c"


@pytest.mark.parametrize("exporter", BOTH, ids=_id)
def test_what_is_replaced_is_told(exporter: Exporter) -> None:
    line = replace(sale().coding.lines[1], account="702 (x)")
    document = replace(
        sale(), coding=replace(sale().coding, lines=(sale().coding.lines[0], line, sale().coding.lines[2]))
    )
    piece = exporter.prepare(changed(document, number="FS(1);2"), settled(exporter))
    assert piece is not None
    expected = {"account-renamed"} | ({"signs-replaced"} if exporter is hledger.EXPORTER else set())
    assert {one.code for one in piece.warnings} == expected


def test_beancount_s_texts_stay_the_very_texts() -> None:
    text = journal(beancount.EXPORTER, changed(sale(), number='F"1\\2'))
    assert r'document: "F\"1\\2"' in text


@pytest.mark.parametrize("exporter", BOTH, ids=_id)
def test_a_second_run_is_byte_for_byte_the_first(exporter: Exporter) -> None:
    assert journal(exporter, *six_ledger()) == journal(exporter, *six_ledger())


def _checked(exporter: Exporter, path: Path) -> subprocess.CompletedProcess[str]:
    if exporter is hledger.EXPORTER:
        if shutil.which("hledger") is None:
            pytest.skip("hledger is not installed")
        command = ["hledger", "check", "-s", "-f", str(path)]
    else:
        pytest.importorskip("beancount", reason="beancount is not installed")
        command = [sys.executable, "-m", "beancount.scripts.check", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def _passes(exporter: Exporter, content: bytes, folder: Path) -> None:
    path = folder / "it.journal"
    path.write_bytes(content)
    done = _checked(exporter, path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.proof
@pytest.mark.parametrize("exporter", BOTH, ids=_id)
def test_the_program_takes_the_six_the_worked_documents_and_hostile_ones(
    exporter: Exporter, tmp_path: Path
) -> None:
    own = settled(exporter, currency_amounts="tak")
    worked = [
        (one.document, replace(one.frame, settings=own.settings))
        for one in worked_documents()
        if one.frame.books is not None and one.frame.books.kind is BookKind.LEDGER
    ]
    content = written_together(exporter, [(one, own) for one in (*six_ledger(), *hostile())] + worked)
    (only,) = content.values()
    _passes(exporter, only, tmp_path)


@pytest.mark.proof
@pytest.mark.parametrize("exporter", BOTH, ids=_id)
@pytest.mark.parametrize("text", NASTY)
def test_the_program_takes_each_nasty_text_alone(exporter: Exporter, text: str, tmp_path: Path) -> None:
    content = journal(exporter, *(one for one in hostile() if one.invoice.number.startswith(text)))
    _passes(exporter, content.encode(), tmp_path)


@pytest.mark.proof
@pytest.mark.parametrize("exporter", BOTH, ids=_id)
def test_the_program_refuses_what_is_not_declared(exporter: Exporter, tmp_path: Path) -> None:
    text = journal(exporter, *six_ledger())
    path = tmp_path / "it.journal"
    path.write_text(
        "\n".join(line for line in text.splitlines() if " open Income" not in line and line != "account 702")
    )
    assert _checked(exporter, path).returncode != 0


@pytest.mark.proof
def test_hledger_reads_texts_as_texts_and_no_tags_but_ours(tmp_path: Path) -> None:
    if shutil.which("hledger") is None:
        pytest.skip("hledger is not installed")
    path = tmp_path / "it.journal"
    path.write_text(journal(hledger.EXPORTER, *hostile()), encoding="utf-8")
    done = subprocess.run(
        ["hledger", "print", "-f", str(path), "-O", "json"],
        capture_output=True, text=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    read = sorted(json.loads(done.stdout), key=lambda one: one["tindex"])
    own = settled(hledger.EXPORTER)
    for one, document in zip(read, hostile(), strict=True):
        entry = entry_of(document, own, Texts())
        assert entry is not None
        assert one["tcode"] == entry.number.replace("(", "[").replace(")", "]")
        payee = entry.payee.replace(";", ",").replace("|", "/")
        note = entry.description.replace(";", ",")
        assert one["tdescription"] == " | ".join(filter(None, (payee, note)))
        assert {name for name, _value in one["ttags"]} <= {"nip", "issued", "ksef"}
        assert ["ksef", document.ksef_number] in one["ttags"]


@pytest.mark.proof
def test_hledger_adds_up_what_the_postings_say(tmp_path: Path) -> None:
    if shutil.which("hledger") is None:
        pytest.skip("hledger is not installed")
    path = tmp_path / "it.journal"
    path.write_text(journal(hledger.EXPORTER, *six_ledger()), encoding="utf-8")
    done = subprocess.run(
        ["hledger", "balance", "-f", str(path), "-N", "--flat", "-O", "csv"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    told = dict(line.replace('"', "").split(",") for line in done.stdout.splitlines()[1:])
    expected: dict[str, Decimal] = {}
    for document in six_ledger():
        for line in document.coding.lines:
            name = hledger.account_name(line.account, "")
            amount = line.amount if line.side is Side.DEBIT else -line.amount
            expected[name] = expected.get(name, Decimal(0)) + amount
    assert {name: Decimal(text.removesuffix(" PLN")) for name, text in told.items()} == expected
