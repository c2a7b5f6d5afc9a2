"""The worked documents in each format, as somebody read them through against the rules of the books."""

from __future__ import annotations

import pytest

from tests.ledger import golden_books
from tests.ledger.golden_text import FOLDER, FORMATS, text_of


@pytest.mark.parametrize("name", FORMATS)
def test_the_worked_documents_are_written_as_they_were_read_through(name: str) -> None:
    assert text_of(name).splitlines() == (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", golden_books.FORMATS)
def test_tables_and_journals_of_them_are_as_they_were_read_through(name: str) -> None:
    kept = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert golden_books.text_of(name).splitlines() == kept.splitlines()
