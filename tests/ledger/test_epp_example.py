"""Our EDI++ of the six documents against the example beside the checkout, field by field."""

from __future__ import annotations

from functools import lru_cache

from blink_tui.ledger.exporters.epp import EXPORTER
from blink_tui.model.months import Month
from tests.invoices.samples import shared
from tests.ledger.epp_reader import File, read
from tests.ledger.hostile import exported
from tests.ledger.six import six_ledger

DOCUMENTS = {
    12: {2},
    # The example's code of a German contractor lacks the country: it could be that of a Polish one.
    42: {1, 2, 3, 4, 5},
    # Who issued it: the user who exports, not a department.
}
"""Field → documents in which ours differs."""
INFO = {5, 19}
"""The sender's code is the NIP until the firm says another one; who made the file is the user."""
MORE = {"NUMERYIDENTYFIKACYJNENABYWCOW"}
"""A section that the example leaves out; ours is there and empty, as other programs have it."""


@lru_cache(maxsize=1)
def ours() -> File:
    """The five that the example has."""
    return read(exported(EXPORTER, *six_ledger()[:5], months=(Month(2026, 2),))[0])


def example() -> File:
    return read(shared("ledger", "examples", "insert.epp").read_bytes())


def test_documents_have_the_example_s_fields_but_for_those_explained() -> None:
    seen: dict[int, set[int]] = {}
    for theirs, mine in zip(example().documents, ours().documents, strict=True):
        assert theirs.rates == mine.rates
        for place, (one, other) in enumerate(zip(theirs.fields, mine.fields, strict=True), 1):
            if one != other:
                seen.setdefault(place, set()).add(int(mine[4]))
    assert seen == DOCUMENTS


def test_the_head_is_the_example_s_but_for_what_is_explained() -> None:
    pairs = enumerate(zip(example().info, ours().info, strict=True), 1)
    assert {place for place, (one, other) in pairs if one != other} == INFO


def test_sections_are_the_example_s_but_for_the_code_and_an_empty_one() -> None:
    wanted, found = example().sections, ours().sections
    assert found.keys() - wanted.keys() == MORE
    assert found["NUMERYIDENTYFIKACYJNENABYWCOW"] == []
    for name in wanted.keys() - {"KONTRAHENCI"}:
        assert found[name] == wanted[name], name
    codes = {"NIP999999999": "DE999999999"}
    assert sorted([row[0], codes.get(row[1], row[1]), *row[2:]] for row in wanted["KONTRAHENCI"]) == sorted(
        found["KONTRAHENCI"]
    )
