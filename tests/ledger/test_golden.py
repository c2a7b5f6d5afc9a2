"""The worked documents in each format, as somebody read them through against the rules of the books."""

from __future__ import annotations

import pytest

from tests.ledger.golden import same_as_golden, text_of
from tests.ledger.golden_programs import PROGRAMS
from tests.ledger.golden_tables import TABLES

FORMATS = PROGRAMS | TABLES


@pytest.mark.parametrize("name", FORMATS)
def test_the_worked_documents_are_written_as_they_were_read_through(name: str) -> None:
    same_as_golden(name, text_of(FORMATS[name]))
