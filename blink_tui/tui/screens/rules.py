"""The rules and schemes of the office or of a firm: listed, changed in a form or as text, tried, with versions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from blink_tui.coding.shapes import Rule
from blink_tui.coding.toml import written
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.rulebook import OFFICE, EntryKind, RulebookEntry
from blink_tui.model.text import clean
from blink_tui.sync.proposing import seed_rulebook
from blink_tui.sync.trying import Edit
from blink_tui.tui.keys import bindings
from blink_tui.tui.rule_form import owner_of, rule_fields, rule_of, whose_choices
from blink_tui.tui.rule_lines import ENTRY_WORDS, RuleLine, known_of, read_rule_lines
from blink_tui.tui.screens.dialogs import Confirm, TextWindow
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.screens.lists import ListWindow
from blink_tui.tui.screens.rule_text import NEW_TEXT, RuleTextWindow
from blink_tui.tui.screens.trial import try_and_show
from blink_tui.tui.widgets.form import Field, Filled
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import fit, fit_right, moment, number

_KIND, _NAME, _WHOSE, _VERSION = 12, 24, 8, 5


class RuleForm(FormWindow[str]):
    """A rule to fill in; what it would change can be tried before it is saved."""

    BINDINGS = bindings("try")

    def __init__(self, window: RulesWindow, title: str, rule: Rule | None, fields: Sequence[Field]) -> None:
        self._window = window
        self._rule = rule
        name = f"rule.{window.owner}.{rule.name if rule else ''}"
        super().__init__(name, title, fields, self._keep)

    async def _keep(self, filled: Filled) -> str:
        edit = self._edit(filled)
        await self._window.keep(owner_of(filled.texts, self._window.owner), edit)
        return edit[1]

    def _edit(self, filled: Filled) -> Edit:
        rule = rule_of(filled.texts, self._rule)
        return EntryKind.RULE, rule.name, written([rule])

    def action_try(self) -> None:
        """Show what the rule would change, as it is filled in now."""
        if self.body.judge():
            filled = self.body.filled()
            owner = owner_of(filled.texts, self._window.owner)
            try_and_show(self, self._window.firm, [self._edit(filled)], owner)


class RulesWindow(ListWindow[RuleLine]):
    """The rulebook of a firm, or of the office."""

    BINDINGS = bindings("close", "add", "edit-text", "versions", "retire", "narrow")

    def __init__(self, firm: Firm | None) -> None:
        title = _("Rules and schemes of {firm}").format(firm=clean(firm.name)) if firm else _(
            "Rules and schemes of the office")  # fmt: skip
        super().__init__(title)
        self.firm = firm
        self.owner = firm.id if firm is not None else OFFICE

    async def load(self) -> Sequence[RuleLine]:
        await seed_rulebook(self.console.buffer)
        return await read_rule_lines(self.console.buffer, self.firm)

    def head(self, width: int) -> str:
        return self._cells(width, _("Kind"), _("Name"), _("Title"), _("Whose"), _("V."))

    def row(self, item: RuleLine, width: int) -> tuple[str, str]:
        entry = item.entry
        sign = "! " if item.fault else ""
        by_itself = "* " if isinstance(item.item, Rule) and item.item.automatic else ""
        text = self._cells(
            width,
            _(ENTRY_WORDS[entry.kind]),
            clean(entry.name),
            sign + by_itself + clean(item.title),
            item.whose,
            str(entry.version),
        )
        return text, "bad" if item.fault else "plain" if entry.kind is EntryKind.RULE else "dim"

    @staticmethod
    def _cells(width: int, kind: str, name: str, title: str, whose: str, version: str) -> str:
        left = width - _KIND - _NAME - _WHOSE - _VERSION - 4
        return (
            f"{fit(kind, _KIND)} {fit(name, _NAME)} {fit(title, left)} {fit(whose, _WHOSE)} "
            f"{fit_right(version, _VERSION)}"
        )

    def told(self, item: RuleLine) -> list[Paragraph]:
        return item.paragraphs()

    def summary(self) -> str:
        rules = sum(one.entry.kind is EntryKind.RULE for one in self.items)
        schemes = sum(one.entry.kind is EntryKind.SCHEME for one in self.items)
        told = ngettext("{count} rule", "{count} rules", rules).format(count=number(rules))
        more = ngettext("{count} scheme", "{count} schemes", schemes).format(count=number(schemes))
        return f"{told} · {more}"

    def nothing(self) -> str:
        return _("Nothing is called so. Ins adds a rule.")

    # Changing

    async def keep(self, owner: int, edit: Edit) -> None:
        """Save a new version of one. Raises BlinkError(CHANGED_MEANWHILE) once, then the newest is what was seen."""
        versions = {
            (one.entry.firm_id, one.entry.kind, one.entry.name): one.entry.version for one in self.items
        }
        seen = versions.get((owner, *edit[:2]), 0)
        try:
            await self.console.buffer.rules.save(owner, [edit], who=self.console.who, seen=seen)
        except BlinkError:
            self.reload()
            raise

    def _saved(self, name: str | None) -> None:
        if name is not None:
            self.console.tell(_("Saved: {name}. Documents that wait get new proposals.").format(name=name))
            self.reload()

    def open_item(self, item: RuleLine) -> None:
        if isinstance(item.item, Rule) and not item.fault:
            self._rule_form(item.item)
        else:
            self._text_of(item)

    def action_add(self) -> None:
        """A form for a new rule."""
        self._rule_form(None)

    def _rule_form(self, rule: Rule | None) -> None:
        whose = whose_choices(self.owner, self.firm.name if self.firm is not None else "")
        fields = rule_fields(rule, known_of(self.items), whose, whose[0][0])
        title = _("Rule {name}").format(name=rule.name) if rule is not None else _("A new rule")
        self.app.push_screen(RuleForm(self, title, rule, fields), self._saved)

    def action_edit_text(self) -> None:
        """The one under the cursor as text, or an empty one."""
        item = self.current
        if item is None:
            self.app.push_screen(RuleTextWindow(self, _("A new scheme or rule"), NEW_TEXT), self._saved)
        else:
            self._text_of(item)

    def _text_of(self, item: RuleLine) -> None:
        title = f"{_(ENTRY_WORDS[item.entry.kind])} {clean(item.entry.name)} v{item.entry.version}"
        self.app.push_screen(RuleTextWindow(self, title, item.entry.text, item.entry), self._saved)

    def action_retire(self) -> None:
        """Take the one under the cursor out of use; its versions stay."""
        item = self.current
        if item is None:
            return
        entry = item.entry
        lines = [
            f"{_(ENTRY_WORDS[entry.kind])} {clean(entry.name)} v{entry.version}",
            _("It is not used any more; what it coded stays, and so do its versions."),
        ]
        if entry.firm_id == OFFICE:
            lines.append(_("It is the office's: no firm uses it any more."))

        def retire(agreed: bool | None) -> None:
            if agreed:
                self.change(partial(self.keep, entry.firm_id, (entry.kind, entry.name, "")))

        self.app.push_screen(Confirm(_("Take it out of use?"), lines), retire)

    def action_versions(self) -> None:
        """Every version of the one under the cursor, the newest first."""
        item = self.current
        if item is None:
            return
        entry = item.entry
        read = partial(self.console.buffer.rules.versions, entry.firm_id, entry.kind, entry.name)
        self.ask(read, partial(self._show_versions, entry))

    def _show_versions(self, entry: RulebookEntry, versions: Sequence[RulebookEntry]) -> None:
        paragraphs: list[Paragraph] = []
        for one in reversed(versions):
            head = f"v{one.version} · {moment(one.at)} · {clean(one.who)} · #{one.digest}"
            paragraphs.append(Paragraph(head, "head"))
            lines = one.text.splitlines() or [_("taken out of use")]
            paragraphs += [Paragraph(clean(line)) for line in (*lines, "")]
        title = _("Versions of {name}").format(name=clean(entry.name))
        self.app.push_screen(TextWindow(title, paragraphs))
