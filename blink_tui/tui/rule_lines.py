"""Rules, schemes and rows of the data source as they stand in lists: what each says, whose it is, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blink_tui.buffer import Buffer
from blink_tui.coding.shapes import Rule, Scheme, Source
from blink_tui.coding.toml import Item, read_with_faults
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.firms import Firm
from blink_tui.model.rulebook import OFFICE, EntryKind, RulebookEntry
from blink_tui.model.text import clean
from blink_tui.model.words import DIRECTION_WORDS
from blink_tui.tui.rule_form import Known, parameters_text
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import moment, number

ENTRY_WORDS = {
    EntryKind.RULE: N_("rule"),
    EntryKind.SCHEME: N_("scheme"),
    EntryKind.SOURCE: N_("data source"),
}
_ORDER = list(ENTRY_WORDS)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One entry of the rulebook in its newest version."""

    entry: RulebookEntry
    item: Item | None
    """None where its text cannot be understood."""
    fault: str = ""

    @property
    def title(self) -> str:
        """What it is called for people."""
        match self.item:
            case Rule(title=title, condition=condition):
                return title or condition or _("always")
            case Scheme(title=title):
                return title
            case Source(document_type=document_type, scheme=scheme):
                return " ".join(part for part in (document_type, scheme) if part)
        return self.fault

    @property
    def whose(self) -> str:
        """The firm's own one, the office's, or as it came with the program."""
        if self.entry.firm_id != OFFICE:
            return _("firm")
        return _("program") if self.entry.shipped else _("office")

    def paragraphs(self) -> list[Paragraph]:
        """All of it in sentences."""
        entry = self.entry
        kept = _("{name} v{version}, saved by {who} on {at}, #{digest}").format(
            name=entry.name,
            version=entry.version,
            who=clean(entry.who),
            at=moment(entry.at),
            digest=entry.digest,
        )
        found = [Paragraph(self.title, "head")]
        if self.fault:
            found.append(Paragraph(self.fault, "bad", "! "))
        found += [Paragraph(text) for text in _told(self.item) if text]
        return [*found, Paragraph(kept, "dim")]


def _told(item: Item | None) -> Sequence[str]:
    match item:
        case Rule():
            return _rule(item)
        case Scheme():
            parameters = parameters_text(item.parameters)
            lines = ngettext("{count} posting line", "{count} posting lines", len(item.lines))
            rows = ngettext("{count} register row", "{count} register rows", len(item.rows))
            return (
                f"{lines.format(count=number(len(item.lines)))} · {rows.format(count=number(len(item.rows)))}",
                _("Parameters: {parameters}").format(parameters=parameters) if parameters else "",
            )
        case Source():
            texts = (
                (_("document type"), item.document_type), (_("scheme"), item.scheme), (_("register"), item.register),
                (_("column"), item.column), (_("category"), item.category),
            )  # fmt: skip
            return (" · ".join(f"{label}: {value}" for label, value in texts if value),)
    return ()


def _rule(rule: Rule) -> Sequence[str]:
    of = _(DIRECTION_WORDS[rule.direction]) if rule.direction is not None else _("any document")
    when = _("{of}, when {condition}").format(of=of, condition=rule.condition) if rule.condition else of
    scheme = _("Scheme: {scheme}").format(scheme=rule.scheme)
    parameters = parameters_text(rule.parameters)
    return (
        when,
        f"{scheme} ({parameters})" if parameters else scheme,
        _("It codes by itself, and never approves.") if rule.automatic else "",
        _("Weight: {weight}").format(weight=rule.weight) if rule.weight else "",
    )


def line_of(entry: RulebookEntry) -> RuleLine:
    """An entry with what its text says."""
    items, faults = read_with_faults(entry.text)
    fault = str(faults[0]) if faults else ""
    return RuleLine(entry, items[0] if items else None, fault)


async def read_rule_lines(buffer: Buffer, firm: Firm | None) -> list[RuleLine]:
    """What is in force: of a firm its own and the office's that it does not replace; else the office's."""
    entries = await buffer.rules.entries(firm.id if firm is not None else OFFICE)
    newest = {(one.kind, one.name): one for one in entries}  # a firm's stand behind the office's
    lines = [line_of(one) for one in newest.values()]
    return sorted(lines, key=lambda one: (_ORDER.index(one.entry.kind), one.entry.name))


def known_of(lines: Sequence[RuleLine]) -> Known:
    """What rules may name."""
    schemes = {one.item.name: one.item for one in lines if isinstance(one.item, Scheme)}
    return Known(schemes, frozenset(one.entry.name for one in lines if one.entry.kind is EntryKind.RULE))
