"""The fields of the filter language: names in Polish, other names, what each means, an example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from blink_tui.i18n import N_, language
from blink_tui.model.text import folded


@dataclass(frozen=True, slots=True)
class Field:
    """One field. The first other name is the English one; names are also taken without Polish marks."""

    name: str
    others: tuple[str, ...]
    meaning: str
    """English source text, to be translated when shown."""
    example: str
    """How it is typed, in Polish."""
    english: str
    """The same example in English words."""

    @property
    def shown(self) -> str:
        """Its name in the language in force."""
        return self.name if language() == "pl" else (self.others or (self.name,))[0]

    @property
    def example_shown(self) -> str:
        """The example in the language in force."""
        return self.example if language() == "pl" else self.english


FIELDS: Final[tuple[Field, ...]] = (
    Field("status", ("status", "stan"), N_("status; several with commas"), "status:pobrany,do-wyjaśnienia",
          "status:fetched,queried"),
    Field("kierunek", ("direction",), N_("purchase, sale, or for information only"), "kierunek:zakup",
          "direction:purchase"),
    Field("nip", ("nip",), N_("NIP of the seller or the buyer, or its beginning"), "nip:5265877635",
          "nip:5265877635"),
    Field("kwota", ("amount", "brutto", "gross"), N_("gross amount: equal, more, less, or from..to"),
          "kwota:1000..2500,50", "amount:>=1000"),
    Field("waluta", ("currency",), N_("currency; several with commas"), "waluta:EUR", "currency:EUR"),
    Field("od", ("from", "wystawiona-od"), N_("issued on this day, in this month, or later"), "od:2026-03",
          "from:2026-03-01"),
    Field("do", ("to", "until", "wystawiona-do"), N_("issued on this day, in this month, or earlier"),
          "do:wczoraj", "to:yesterday"),
    Field("data", ("issued", "date", "wystawiona"), N_("issued within a day, month or from..to"),
          "data:2026-03-01..2026-03-15", "issued:2026-03"),
    Field("wpływ-od", ("received-from", "otrzymana-od"), N_("received on this day, in this month, or later"),
          "wpływ-od:7d", "received-from:7d"),
    Field("wpływ-do", ("received-to", "received-until", "otrzymana-do"),
          N_("received on this day, in this month, or earlier"), "wpływ-do:31.03.2026", "received-to:2026-03"),
    Field("wpływ", ("received", "otrzymana"), N_("received within a day, month or from..to"), "wpływ:dziś",
          "received:today"),
    Field("miesiąc", ("month", "vat"), N_("month in which VAT is settled; - where it is not known"), "miesiąc:2026-03",
          "month:2026-03"),
    Field("typ", ("type", "kind", "rodzaj"), N_("kind of invoice as KSeF names it; several with commas"),
          "typ:KOR,ZAL", "type:KOR,ZAL"),
    Field("uwaga", ("finding", "check", "attention", "uwagi"),
          N_("what checks found: an id or its beginning; yes, alarm, note or no"), "uwaga:alarm",
          "finding:account-new"),
    Field("firma", ("firm", "client", "klient"), N_("the firm: words of its name, NIP or internal id"),
          "firma:piekarnia", "firm:bakery"),
    Field("opiekun", ("accountant", "księgowy", "księgowa"),
          N_("accountant of the firm; me for your own clients, - for firms without one"), "opiekun:ja",
          "accountant:me"),
    Field("etykieta", ("label", "etykiety"), N_("label of the firm"), "etykieta:ryczałt", "label:retail"),
    Field("konto", ("account", "rachunek"), N_("bank account on a purchase: digits in a row anywhere in it"),
          "konto:10201026", "account:10201026"),
    Field("zadekretował", ("coder", "dekretujący"), N_("who coded it; me, or program for the rules"),
          "zadekretował:ja", "coder:me"),
    Field("schemat", ("scheme",), N_("posting scheme by which it is coded, or else proposed; or its beginning"),
          "schemat:usługi", "scheme:services"),
    Field("propozycja", ("proposal",), N_("documents with a complete proposal: yes or no"), "propozycja:tak",
          "proposal:yes"),
    Field("nieczytelne", ("unreadable",), N_("documents that the program cannot read: yes or no"),
          "nieczytelne:tak", "unreadable:yes"),
)  # fmt: skip
"""In the order in which help and manual print them."""

NAMES: Final[dict[str, Field]] = {
    folded(name): field for field in FIELDS for name in (field.name, *field.others)
}
"""Every folded name, with its field."""
