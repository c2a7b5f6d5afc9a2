"""Patterns of accounts, columns and descriptions: `{role}`, `{parameter}` and what the document itself puts in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from blink_tui.coding.case import Case
from blink_tui.model.books import ROLES
from blink_tui.model.invoice import InvoiceParty
from blink_tui.model.text import clean

_DEEPEST = 4
"""A parameter may name a role whose account holds `{nip}`; deeper than this they name one another."""
_LONGEST = 160
_KINDS = {
    "VAT": "Faktura",
    "KOR": "Korekta",
    "ZAL": "Faktura zaliczkowa",
    "ROZ": "Faktura rozliczeniowa",
    "UPR": "Faktura uproszczona",
    "KOR_ZAL": "Korekta faktury zaliczkowej",
    "KOR_ROZ": "Korekta faktury rozliczeniowej",
    "VAT_RR": "Faktura VAT RR",
    "KOR_VAT_RR": "Korekta faktury VAT RR",
    "VAT_PEF": "Faktura PEF",
    "VAT_PEF_SP": "Faktura PEF, samofakturowanie",
    "KOR_PEF": "Korekta PEF",
}
"""What goes into the books is Polish whatever the language of the screen (art. 9 of the act on accounting)."""
_SEPARATORS = " -./_"
_DEFERRED = {"vat_in": "vat_in_deferred", "vat_out": "vat_out_deferred"}


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[tuple[str, str], ...]:
    """Text before each place and the place's name; the last one has none."""
    found = []
    while True:
        text, opened, rest = pattern.partition("{")
        name, closed, after = rest.partition("}")
        if not opened or not closed:
            found.append((pattern, ""))
            return tuple(found)
        found.append((text, name))
        pattern = after


class Patterns:
    """Fills the patterns of one document."""

    def __init__(self, case: Case, parameters: Mapping[str, str], *, deferred: bool = False) -> None:
        self._parameters = parameters
        self._roles = dict(case.facts.books.roles)
        known = case.facts.contractor
        if known is not None:
            own = {"payable": known.payable, "receivable": known.receivable}
            self._roles |= {role: account for role, account in own.items() if account}
        self._case = case
        self.deferred = deferred

    def account(self, pattern: str, *, due: bool = False) -> str:
        """An account; tax accounts are the deferred ones where VAT follows payments, unless it is due.

        An analytic for a contractor without a number is left out with its separator.
        """
        return self._filled(pattern, _DEEPEST, due=due, account=True).strip(_SEPARATORS)

    def text(self, pattern: str) -> str:
        """A description, safe to show, of a bounded length."""
        return " ".join(clean(self._filled(pattern, _DEEPEST)).split())[:_LONGEST]

    def code(self, pattern: str) -> str:
        """A column, or the code of a dimension."""
        return self._filled(pattern, _DEEPEST).strip()

    def _filled(self, pattern: str, depth: int, *, due: bool = False, account: bool = False) -> str:
        if "{" not in pattern or not depth:
            return pattern
        return "".join(
            text + (self._place(name, depth, due=due, account=account) if name else "")
            for text, name in _parts(pattern)
        )

    def _place(self, name: str, depth: int, *, due: bool, account: bool) -> str:
        """What stands in a place; what nobody knows stays as it is, to be filled in."""
        if name in self._parameters:
            return self._filled(self._parameters[name], depth - 1, due=due, account=account)
        if account and name in ROLES:
            role = _DEFERRED.get(name, name) if self.deferred and not due else name
            return self._filled(
                self._roles.get(role) or ROLES[role].account, depth - 1, due=due, account=True
            )
        return self._document(name, account=account)

    def _document(self, name: str, *, account: bool) -> str:
        """What an invoice puts in; it is never a pattern itself."""
        facts = self._case.facts
        party = facts.invoice.buyer if self._case.sale else facts.invoice.seller
        if name == "nip":
            return "".join(char for char in number_of(party) if char.isalnum() or char == "-")
        if name == "code":
            return facts.contractor.code if facts.contractor else ""
        texts = {
            "number": facts.invoice.number,
            "contractor": party.name,
            "kind": _KINDS.get(facts.invoice.kind, facts.invoice.kind),
        }
        if account or name not in texts:
            return "{" + name + "}"
        return clean(texts[name])


def number_of(party: InvoiceParty) -> str:
    """The number that an analytic account carries: NIP, internal id, or a foreign one behind its country."""
    foreign = (party.id_country or "") + party.other_id if party.other_id else ""
    return foreign if party.other_id == party.identifier else party.identifier or ""
