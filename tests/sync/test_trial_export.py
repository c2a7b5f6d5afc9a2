"""Test files of every format: made-up documents of the firm, coded by its books, kept nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.ledger.formats import exporters
from blink_tui.ledger.trial import trial_documents
from blink_tui.model.books import BookKind, CodingLevel, VatKind, VatStatus
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.values import Nip, ksef_number_check_sum_is_right, nip_check_digit_is_right
from blink_tui.sync.trial_export import write_trial
from tests.ledger.six import BOOKS, SETTINGS

NIP = Nip("1111111111")
NOW = datetime(2026, 11, 30, 9, 15, tzinfo=UTC)


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    found = await buffer.firms.add(NIP, name="Biuro Przykładowe", env="test")
    await buffer.export_settings.save(found.id, "", SETTINGS, who="anna")
    return found


async def require_filled(buffer: Buffer, firm: Firm) -> None:
    """Tell what formats cannot do without."""
    for form in exporters().values():
        told = {one.name: one.example or "X" for one in form.settings if one.required and not one.usual}
        await buffer.export_settings.save(firm.id, form.id, told, who="anna")


@pytest.mark.parametrize("kind", [BookKind.LEDGER, BookKind.KPIR, BookKind.LUMP_SUM])
async def test_every_format_writes_its_test_file(
    buffer: Buffer, firm: Firm, tmp_path: Path, kind: BookKind
) -> None:
    level = CodingLevel.FULL if kind is BookKind.LEDGER else CodingLevel.DESCRIPTION
    await buffer.books.save(firm.id, replace(BOOKS, kind=kind, level=level), who="anna", version=None)
    await require_filled(buffer, firm)
    journals = set() if kind is BookKind.LEDGER else {"hledger", "beancount"}
    for name in exporters().keys() - journals:
        made = await write_trial(buffer, firm, name, tmp_path / name, who="anna", now=NOW)
        assert all("-TEST-" in str(path.relative_to(tmp_path)) for path in made.files)
        assert all(path.stat().st_size for path in made.files)
        assert all("TEST" in piece.number or "-7E57" in piece.ksef_number for piece in made.pieces)
    for name in journals:
        with pytest.raises(BlinkError):
            await write_trial(buffer, firm, name, tmp_path / name, who="anna", now=NOW)
        assert not (tmp_path / name).exists()
    assert await buffer.documents.total() == 0
    assert await buffer.batches.list() == []


async def test_a_firm_without_books_gets_what_the_invoice_alone_tells(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    made = await write_trial(buffer, firm, "wapro", tmp_path, who="anna", now=NOW)
    text = b"".join(path.read_bytes() for path in made.files).decode("utf-8", "replace")
    assert len(made.pieces) == 3
    assert "TEST DOSTAWCA" in text
    assert "TEST ODBIORCA" in text


async def test_a_format_without_its_settings_is_refused_with_the_command(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    await buffer.books.save(firm.id, BOOKS, who="anna", version=None)
    await buffer.export_settings.save(firm.id, "", {"tax_office": "", "email": ""}, who="anna")
    with pytest.raises(BlinkError) as refused:
        await write_trial(buffer, firm, "jpk_v7m", tmp_path / "out", who="anna", now=NOW)
    assert "tax_office, email" in str(refused.value)
    assert "blink export settings --firm 1111111111 --format jpk_v7m" in str(refused.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("nip", ["1111111111", "2222222222", "5265877635"])
def test_parties_numbers_and_sums_are_right_and_nobodys(nip: str) -> None:
    made = trial_documents(Nip(nip), "Firma", {}, date(2026, 11, 30), exempt=False)
    for one in made:
        parties = [one.invoice.seller.nip, one.invoice.buyer.nip]
        assert parties.count(nip) == 1
        assert all(nip_check_digit_is_right(party or "") for party in parties)
        assert ksef_number_check_sum_is_right(one.ksef_number)
        assert one.invoice.total == one.invoice.net + one.invoice.vat
        assert one.invoice.number.startswith("TEST/")
    assert len({one.ksef_number for one in made}) == 3
    assert made[1].invoice.corrected[0].ksef_number == made[0].ksef_number


async def test_an_exempt_firm_sells_without_tax(buffer: Buffer, firm: Firm, tmp_path: Path) -> None:
    exempt = replace(BOOKS, vat=(VatStatus(date(2020, 1, 1), VatKind.EXEMPT),))
    await buffer.books.save(firm.id, exempt, who="anna", version=None)
    made = await write_trial(buffer, firm, "csv", tmp_path, who="anna", now=NOW)
    assert len(made.pieces) == 3
