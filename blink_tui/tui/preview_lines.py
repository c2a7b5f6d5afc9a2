"""A preview in lines: where it goes, sums per register and rate, what is refused, what is told of single documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blink_tui.i18n import _, ngettext
from blink_tui.model.coding import Problem
from blink_tui.model.documents import Direction
from blink_tui.model.targets import TARGETS
from blink_tui.model.text import clean
from blink_tui.tui.handing_words import carried_words
from blink_tui.tui.looking import Looked
from blink_tui.tui.words import DIRECTION_BRANCHES, amount, fit, fit_right, number

_DOCUMENT, _RATE, _COUNT, _AMOUNT = 24, 8, 8, 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a preview."""

    told: str = ""
    tone: str = "plain"
    ksef_number: str = ""
    """Of the document that it is about."""
    number: str = ""
    """As the invoice has it, or as it would stand in the file; empty where it cannot be read."""
    problems: tuple[Problem, ...] = ()

    def text(self, width: int) -> str:
        """The line for a width; what is longer stands in full below the list."""
        if not self.ksef_number:
            return self.told
        return f"{fit(self._name, _DOCUMENT)} {fit(self._sentences, max(0, width - _DOCUMENT - 1))}"

    @property
    def whole(self) -> str:
        """All that there is to say."""
        return f"{self._name}: {self._sentences}" if self.ksef_number else self.told.strip()

    @property
    def _name(self) -> str:
        return clean(self.number or self.ksef_number)

    @property
    def _sentences(self) -> str:
        return " ".join(clean(str(one.message)) for one in self.problems)


def counts_told(looked: Looked) -> str:
    """How many documents, warnings and refusals."""
    documents = ngettext("{count} document", "{count} documents", looked.documents)
    parts = [documents.format(count=number(looked.documents))]
    if looked.refused:
        text = ngettext("{count} refused", "{count} refused", looked.refused)
        parts.append(text.format(count=number(looked.refused)))
    if looked.warnings:
        text = ngettext("{count} with a warning", "{count} with warnings", looked.warnings)
        parts.append(text.format(count=number(looked.warnings)))
    return " · ".join(parts)


def lines_of(looked: Looked) -> Sequence[Line]:
    """All of a preview."""
    return [*_where(looked), *_sums(looked), *_refused(looked), *_warned(looked)]


def _where(looked: Looked) -> Iterator[Line]:
    assert looked.found is not None  # noqa: S101 - one that could not be looked at is not shown
    months = ", ".join(map(str, looked.wanted.months)) or _("all months")
    yield Line(_("Months: {months}").format(months=months))
    yield Line(_("Folder: {path}").format(path=clean(str(looked.folder))))
    for file in looked.found.files if looked.documents else ():
        yield Line(
            _("File: {name}, {size} kB").format(name=clean(file.name), size=number(-(-file.size // 1000)))
        )
    if looked.found.amending:
        text = ngettext(
            "{count} document stands in the books already and goes into a file of its own, to be put right there.",
            "{count} documents stand in the books already and go into a file of their own, to be put right there.",
            looked.found.amending,
        )
        yield Line(text.format(count=number(looked.found.amending)), "warn")
    if looked.wanted.format in TARGETS:
        yield Line(_("What goes:") + " " + carried_words(looked.wanted.format, coded=looked.coded), "dim")


def _sums(looked: Looked) -> Iterator[Line]:
    assert looked.found is not None  # noqa: S101 - as above
    if not looked.found.sums:
        return
    yield Line()
    titles = _cells(_("Register"), _("Rate"), _("Doc."), _("Net"), _("VAT"))
    yield Line(titles, "head")
    for (direction, rate), one in sorted(looked.found.sums.items()):
        yield Line(
            _cells(
                _(DIRECTION_BRANCHES[Direction(direction)]), _rate(rate), number(one.documents),
                amount(one.net), amount(one.vat),
            )
        )  # fmt: skip


def _cells(register: str, rate: str, count: str, net: str, vat: str) -> str:
    return (
        f"{fit(register, 16)} {fit_right(rate, _RATE)} {fit_right(count, _COUNT)} {fit_right(net, _AMOUNT)}"
        f" {fit_right(vat, _AMOUNT)}"
    )


def _rate(rate: str) -> str:
    return f"{rate} %" if rate.isdigit() else rate


def _refused(looked: Looked) -> Iterator[Line]:
    assert looked.found is not None  # noqa: S101 - as above
    if looked.refused:
        yield Line()
        yield Line(_("Refused, they stay approved"), "head")
    for one in looked.found.refused:
        yield Line("", "bad", one.ksef_number, one.number, one.why)


def _warned(looked: Looked) -> Iterator[Line]:
    assert looked.found is not None  # noqa: S101 - as above
    if looked.warnings:
        yield Line()
        yield Line(_("Written with a warning"), "head")
    for one in looked.found.warnings:
        yield Line("", "warn", one.ksef_number, one.number, one.warnings)
