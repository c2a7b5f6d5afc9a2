"""Whole JPK: what the books hold beside the buffer's documents joins them, nothing twice and nothing lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, GridFilter, open_buffer
from blink_tui.buffer.decisions import Every
from blink_tui.ledger.exporters.jpk_v7 import V7M
from blink_tui.model.books import Books, CodingLevel
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Status
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.values import Nip
from blink_tui.sync.compare import compare_pending
from blink_tui.sync.proposing import propose_pending
from blink_tui.sync.reading_back import import_books, measured
from tests.buffer.factory import StillClock
from tests.ledger.jpk import PARTIAL, Jpk, lax_schema, read_jpk, refused
from tests.sync.exporting import WAPRO, exported, more
from tests.tui.office import FIRMS

TODAY = date(2026, 11, 20)
SEPTEMBER = Month(2026, 9)
SETTINGS = {"full_name": "Żółw i Synowie", "email": "a@example.com", "tax_office": "1471"}
REGISTER: Books = replace(WAPRO, level=CodingLevel.REGISTER)


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.db", clock=StillClock()) as opened:
        yield opened


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    """It has ten approved documents."""
    nip, name = FIRMS[0]
    found = await buffer.firms.add(Nip(nip), name=name, env="test")
    await buffer.books.save(found.id, REGISTER, who="anna", version=None)
    await buffer.export_settings.save(found.id, "", SETTINGS, who="anna")
    await more(buffer, found, 10)
    return found


async def coded(buffer: Buffer, firm: Firm) -> None:
    """Its documents are coded as well, and two more only came."""
    await buffer.documents.change_status(range(1, 11), Status.FETCHED, who="anna", reason="test")
    await compare_pending(buffer, TODAY)
    await propose_pending(buffer, TODAY)
    for action in (Action.CODE, Action.APPROVE):
        await buffer.decisions.decide(Every(GridFilter()), Decision(action), who="anna")
    late = await more(buffer, firm, 2, first=10)
    await buffer.documents.change_status(late, Status.FETCHED, who="anna", reason="test")


def books(*sold: str, month: int = 9) -> bytes:
    rows = "".join(
        f"<SprzedazWiersz><LpSprzedazy>{place}</LpSprzedazy><NrKontrahenta>3333333338</NrKontrahenta>"
        f"<NazwaKontrahenta>Z ksiąg</NazwaKontrahenta>{row}</SprzedazWiersz>"
        for place, row in enumerate(sold, 1)
    )
    return f"""<JPK xmlns="http://crd.gov.pl/wzor/2025/12/19/14090/"><Naglowek>
<KodFormularza kodSystemowy="JPK_V7M (3)" wersjaSchemy="1-0E">JPK_VAT</KodFormularza>
<CelZlozenia poz="P_7">1</CelZlozenia><Rok>2026</Rok><Miesiac>{month}</Miesiac></Naglowek>
<Podmiot1 rola="Podatnik"><OsobaNiefizyczna><NIP>1111111111</NIP></OsobaNiefizyczna></Podmiot1>
<Ewidencja>{rows}<SprzedazCtrl><LiczbaWierszySprzedazy>{len(sold)}</LiczbaWierszySprzedazy></SprzedazCtrl>
<ZakupCtrl><LiczbaWierszyZakupow>0</LiczbaWierszyZakupow></ZakupCtrl></Ewidencja></JPK>""".encode()


def sold(number: str, paper: str, tax: str = "23.00") -> str:
    return (
        f"<DowodSprzedazy>{number}</DowodSprzedazy><DataWystawienia>2026-09-02</DataWystawienia>{paper}"
        f"<K_19>100.00</K_19><K_20>{tax}</K_20>"
    )


async def read_back(buffer: Buffer, firm: Firm, folder: Path, content: bytes) -> None:
    path = folder / "books.xml"
    path.write_bytes(content)
    await import_books(buffer, firm, path, measured(path).sha256, who="anna")


async def whole(buffer: Buffer, firm: Firm, folder: Path) -> Jpk:
    schema = lax_schema(folder, V7M.form.namespace)
    done = await exported(
        buffer, firm, folder / "out", "jpk_v7m",
        months=(SEPTEMBER,), complete=True, options={"schema": str(schema)},
    )  # fmt: skip
    (path,) = done.files
    assert not path.name.endswith(PARTIAL)
    assert done.batch_ids == ()
    return read_jpk(path.read_bytes())


async def approved_sales(buffer: Buffer) -> Sequence[str]:
    rows = await buffer._database.reader.rows(
        "SELECT ksef_number FROM document WHERE status = 'approved' AND direction = 'sale' ORDER BY id"
    )
    return [row[0] for row in rows]


async def test_rows_of_the_books_join_the_buffer_s_documents(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    await coded(buffer, firm)
    sales = await approved_sales(buffer)
    assert sales
    (late,) = (
        await buffer._database.reader.rows(
            "SELECT ksef_number FROM document WHERE status = 'fetched' ORDER BY id LIMIT 1"
        )
    )[0]
    rows = [
        sold("U/1", f"<NrKSeF>{sales[0]}</NrKSeF>"), sold("U/2", f"<NrKSeF>{late}</NrKSeF>"),
        sold("RAPORT/1", "<DI>1</DI><TypDokumentu>RO</TypDokumentu>", "7.00"), sold("OFF/1", "<OFF>1</OFF>"),
    ]  # fmt: skip
    await read_back(buffer, firm, tmp_path, books(*rows))
    read = await whole(buffer, firm, tmp_path)
    found = read.of("SprzedazWiersz")
    numbers = [one["NrKSeF"] for one in found if "NrKSeF" in one]
    assert sorted(numbers) == sorted([*sales, late])
    assert [one["DowodSprzedazy"] for one in found[len(sales) :]] == ["U/2", "RAPORT/1", "OFF/1"]
    assert (found[-2]["DI"], found[-2]["TypDokumentu"]) == ("1", "RO")
    assert "P_38" in read.fields
    assert read.comments == ()


async def test_books_that_were_not_read_back_stop_the_whole(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    with refused("books-not-read-back") as error:
        await whole(buffer, firm, tmp_path)
    assert "2026-09" in str(error.value)
    await read_back(buffer, firm, tmp_path, books(month=8))
    with refused("books-not-read-back"):
        await whole(buffer, firm, tmp_path)
    await read_back(buffer, firm, tmp_path, books())
    assert (await whole(buffer, firm, tmp_path)).fields["LiczbaWierszySprzedazy"] == "0"


async def test_open_questions_of_the_books_stop_the_whole(buffer: Buffer, firm: Firm, tmp_path: Path) -> None:
    row = await buffer._database.reader.row(
        "SELECT invoice_number, buyer_value, issue_date, net, gross - net FROM document"
        " WHERE direction = 'sale' AND status = 'approved' LIMIT 1"
    )
    assert row is not None
    number, nip, issued, net, tax = row
    same = (
        f"<DowodSprzedazy>{number}</DowodSprzedazy><DataWystawienia>{issued}</DataWystawienia><BFK>1</BFK>"
        f"<K_19>{net / 100:.2f}</K_19><K_20>{tax / 100:.2f}</K_20>"
    )
    content = books(same).replace(b"<NrKontrahenta>3333333338", f"<NrKontrahenta>{nip}".encode())
    await read_back(buffer, firm, tmp_path, content)
    assert await buffer.book_rows.questions(firm_id=firm.id)
    with refused("book-questions-open"):
        await whole(buffer, firm, tmp_path)


async def test_a_format_that_is_no_jpk_is_never_whole(buffer: Buffer, firm: Firm, tmp_path: Path) -> None:
    with refused("format-never-whole"):
        await exported(buffer, firm, tmp_path, "csv", months=(SEPTEMBER,), complete=True)


async def test_without_the_books_a_month_is_a_part(buffer: Buffer, firm: Firm, tmp_path: Path) -> None:
    await read_back(buffer, firm, tmp_path, books(sold("RAPORT/1", "<DI>1</DI>")))
    done = await exported(buffer, firm, tmp_path / "out", "jpk_v7m", months=(SEPTEMBER,))
    (path,) = done.files
    assert path.name.endswith(PARTIAL)
    assert b"RAPORT/1" not in path.read_bytes()
