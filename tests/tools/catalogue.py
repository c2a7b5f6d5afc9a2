"""Keeps the Polish catalogue in step with the texts in the source: `python -m tests.tools.catalogue`.

New texts are added without a translation, texts that are gone are dropped; a test refuses both until it was run and
the new ones are translated.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
PO = ROOT / "blink_tui" / "locale" / "pl" / "LC_MESSAGES" / "blink.po"
_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def texts_of_the_source() -> Catalog:
    """Every text marked in the source, with the places where it stands."""
    catalog = Catalog(project="blink-tui", charset="utf-8")
    found = extract_from_dir(ROOT / "blink_tui", keywords=_KEYWORDS, comment_tags=())
    for file, _line, message, comments, context in found:
        catalog.add(message, None, [(f"blink_tui/{file}", 0)], auto_comments=comments, context=context)
    return catalog


def polish() -> Catalog:
    """The catalogue as it is."""
    if not PO.exists():
        return Catalog(locale="pl", project="blink-tui")
    with PO.open("rb") as file:
        return read_po(file, locale="pl")


def main() -> None:
    catalog = polish()
    catalog.update(texts_of_the_source(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, width=110, sort_output=True, omit_header=False, include_lineno=False)
    missing = [message.id for message in catalog if message.id and not message.string]
    print(f"{len(catalog)} texts, {len(missing)} without Polish")


if __name__ == "__main__":
    main()
