"""A whole JPK from the command line: books read back, a schema, positions that are typed."""

from __future__ import annotations

from pathlib import Path

from blink_tui.ledger.exporters.jpk_v7 import V7M
from tests.cli.inside import Inside
from tests.cli.test_coding import FIRM, prepared
from tests.cli.test_export_batches import approved, office
from tests.ledger.books_xml import Row, v7
from tests.ledger.jpk import PARTIAL, lax_schema, read_jpk

__all__ = ["approved", "office", "prepared"]  # fixtures

MONTH = ("--firm", FIRM, "--month", "2026-09")


def test_a_month_goes_from_a_part_to_a_whole_file(office: Inside, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "out"))
    whole = ("export", "--format", "jpk_v7m", *MONTH, *out, "--complete")
    telling = [f"--set={one}" for one in ("tax_office=1471", "email=a@example.com", "full_name=Firma")]
    office("export", "settings", "--firm", FIRM, *telling)
    (part,) = office("export", "--format", "jpk_v7m", *MONTH, *out, "--json").json["firms"][0]["files"]
    assert part.endswith(PARTIAL)
    assert "read them back first" in office.failed(*whole, code=1)
    assert "partial JPK" in office.failed("books", "import", part, "--firm", FIRM)
    books = tmp_path / "books.xml"
    books.write_bytes(v7(sold=[Row(number="RAPORT/1", mark="DI", net="200.00", vat="46.00")], nip=FIRM))
    office("books", "import", str(books), "--firm", FIRM)
    assert "--schema" in office.failed(*whole)
    schema = lax_schema(tmp_path, V7M.form.namespace)
    assert "P_54" in office.failed(*whole, "--schema", str(schema), "--set", "P_54=1")
    (path,) = office(*whole, "--schema", str(schema), "--set", "P_39=5", "--json").json["firms"][0]["files"]
    assert not path.endswith(PARTIAL)
    read = read_jpk(Path(path).read_bytes())
    assert (read.fields["P_39"], read.of("SprzedazWiersz")[-1]["DowodSprzedazy"]) == ("5", "RAPORT/1")
    assert len(read.of("SprzedazWiersz")) == len(read_jpk(Path(part).read_bytes()).of("SprzedazWiersz")) + 1
