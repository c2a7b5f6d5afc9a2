"""Writes `docs/coding-fields.md` out of the catalogue of fields: `python -m tests.tools.coding_fields`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from blink_tui.coding.field_words import RATE_GROUPS
from blink_tui.coding.fields import CATALOGUE
from blink_tui.coding.language import MOST_CHARACTERS, Field
from blink_tui.coding.language_functions import FUNCTIONS
from blink_tui.coding.scheme_fields import scheme_catalogue
from blink_tui.coding.toml_words import BOOKS, DIRECTIONS, IDENTITIES, TABLES, Table
from blink_tui.coding.wording import MOST_WORDS
from tests.tools.catalogue import ROOT

PAGE = ROOT / "docs" / "coding-fields.md"

EXAMPLE = """[[zasada]]
nazwa = "paliwo-orlen"
tytul = "Paliwo do samochodów"
kierunek = "zakup"
warunek = 'kontrahent.nip = "526-587-76-35" i jest(wiersz.nazwa ~ "paliw*, olej napęd*")'
schemat = "auto-polowa"
parametry = { share = "0.5" }

[[schemat]]
nazwa = "auto-polowa"
tytul = "Samochód, połowa VAT"
kierunki = ["zakup"]
tozsamosc = "ograniczona"
typ = "FZ"
opis = "{number} {contractor}"
parametry = { account = "{car_costs}", column = "15", share = "0.5" }

[[schemat.dekret]]
strona = "Wn"
konto = "{account}"
kwota = "koszt"

[[schemat.dekret]]
strona = "Wn"
konto = "{vat_in}"
kwota = "vat_odliczony"

[[schemat.dekret]]
strona = "Ma"
konto = "{payable}"
kwota = "do_zaplaty_pln"

[[schemat.rejestr]]
rejestr = "zakup"
pola = { K_42 = "netto_rejestru", K_43 = "vat_odliczony" }

[[schemat.zapis]]
kolumna = "{column}"
kwota = "koszt_podatkowy"

[[zrodlo]]
kierunek = "zakup"
rodzaj = "VAT"
typ = "FZ"
schemat = "auto-polowa"
rejestr = "ZAK"
"""
"""A rule, its scheme and a row of the data source; a test compiles it."""

_HEAD = f"""# Document fields, conditions and amounts

Made by `python -m tests.tools.coding_fields`; a test keeps it up to date. The same in the terminal, in Polish too:
`blink fields`.

## The language

Conditions of rules and amounts of schemes are written in one small language. It computes in exact decimals, reads the
fields below and nothing else, and changes nothing. Every name has a Polish and an English form; Polish marks and
capitals do not matter. What cannot be right is refused when it is written, with its place: an unknown field, a rate
that there is none of, an amount where a text is wanted.

| written | means |
| --- | --- |
| `1234.56` `1234,56` `50%` | amounts; `50%` is 0.5; a comma between two values has a space behind it |
| `2026-03-01` | a date |
| `"GTU_01"` `„paliwo”` | a text |
| `tak` `nie` | yes and no: `mpp = nie` is `nie mpp` |
| `netto["23"]` | an amount of one rate; `opis["nr rejestracyjny"]` a remark by its key |
| `+` `-` `*` `/` `( )` | arithmetic, from left to right, `*` and `/` first |
| `=` `<>` `<` `<=` `>` `>=` | comparisons; case, marks and double spaces do not count, one of several texts is enough |
| `~ "paliw*, olej napęd*"` | words of a text, side by side in this order; `*` is any letters, a comma means or |
| `i` `lub` `nie` (`and` `or` `not`) | conditions; `nie` binds first, then `i`, then `lub` |
| `jeżeli … to … inaczej …` (`if … then … else …`) | a choice; only what is chosen is computed |

A missing amount is 0, a missing text empty; a missing date is before and after nothing (`puste(termin)` asks for it).
Division by zero makes a condition not hold, and a coding incomplete, with a sentence. An expression has
{MOST_CHARACTERS} characters at the most, a text test {MOST_WORDS} words. There are no regular expressions: the words of
an invoice come from strangers, and a test costs no more than their length.

Fields of rows (`wiersz.…`) stand within a function that goes over the rows.

"""

_PRECEDENCE = """
## Which rule wins

In this order: a rule of the firm by number of the contractor and words or code; of the firm by number; what was
accepted for this contractor and such rows; what was accepted for this contractor; a rule of the firm by words or code;
any other of the firm; rules of the office likewise; the data source. Among equals the higher `waga` wins, then the
name.
A rule goes by a number when its condition cannot hold unless the number is a certain one: `nip = "…"` counts, `<>`, and
one side of a `lub`, do not. A firm's own entry stands in the place of the office's of the same kind and name.

"""


def page() -> str:
    """The whole page."""
    own = [field for field in scheme_catalogue() if CATALOGUE.find(field.name) is not field]
    return "".join(
        [
            _HEAD,
            "## Functions\n\n",
            _table(
                ("function", "English", "meaning"),
                ((_code(one.example), _code(one.english), one.meaning) for one in FUNCTIONS),
            ),
            _words('netto["…"]', RATE_GROUPS.values()),
            "\n## Fields for rules and schemes\n",
            _fields(CATALOGUE),
            "\n## Amounts for schemes alone\n",
            _fields(own),
            _PRECEDENCE,
            "## Rules, schemes and the data source as TOML\n\n",
            "`blink rules export`, `import`, `check`. Expressions with texts in them stand in apostrophes.\n\n",
            f"```toml\n{EXAMPLE}```\n\n",
            _keys(TABLES),
            _words("kierunek", DIRECTIONS),
            _words("tozsamosc", IDENTITIES),
            _words("ksiega", BOOKS),
        ]
    )


def _fields(fields: Iterable[Field]) -> str:
    found = []
    for group, some in groupby(fields, key=lambda field: field.group):
        rows = (
            (_code(one.name), ", ".join(map(_code, one.others)), _kind(one), one.meaning, _code(one.example))
            for one in some
        )
        title = f"{group[0].upper()}{group[1:]}"
        found.append(f"\n### {title}\n\n" + _table(("field", "English", "kind", "meaning", "example"), rows))
    return "".join(found)


def _kind(field: Field) -> str:
    keyed = " by key" if field.needs_key else ", also by rate" if field.keyed else ""
    return f"{field.kind.value.partition(' ')[2]}{keyed}"


def _keys(tables: Sequence[Table]) -> str:
    rows = []
    for table in tables:
        below = [key.table for key in table.keys if key.table is not None]
        for one in (table, *below):
            header = f"[[{one.name}]]" if one is table else f"[[{table.name}.{one.name}]]"
            keys = [
                f"{_code(key.name)}{'*' if key.needed else ''} ({key.english})"
                for key in one.keys
                if key.table is None
            ]
            rows.append((_code(header), ", ".join(keys)))
    return _table(("table", "keys (English), those with * are needed"), rows)


def _words(name: str, words: Iterable[str]) -> str:
    return f"\n`{name}` is one of: {', '.join(map(_code, dict.fromkeys(words)))}.\n"


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
