"""Which rule wins, and why: precedence, weight, what was learned, the data source; and what a rulebook leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from blink_tui.coding import toml
from blink_tui.coding.facts import Facts
from blink_tui.coding.rulebook import Rulebook
from blink_tui.coding.rules import Precedence, candidates, text_key
from blink_tui.coding.shapes import LineTemplate, RowTemplate, Rule, Scheme, Source
from blink_tui.coding.toml import Item
from blink_tui.model.coding import Identity, RuleRef, Side
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import InvoiceLine, VatAmount
from blink_tui.model.rulebook import OFFICE, EntryKind, Learned, RulebookEntry, digest_of
from tests.coding.test_fields import FACTS, INVOICE

FIRM = 7
PURCHASE = Direction.PURCHASE


def scheme(name: str, identity: Identity = Identity.FULL, *directions: Direction) -> Scheme:
    return Scheme(name=name, title=name, identity=identity, directions=frozenset(directions or {PURCHASE}))


SCHEMES = (
    scheme("uslugi"),
    scheme("paliwo", Identity.LIMITED),
    scheme("zaliczka", Identity.ADVANCE),
    scheme("import", Identity.SELF_ASSESSED),
    scheme("sprzedaz", Identity.FULL, Direction.SALE),
    scheme("paragon", Identity.RECEIPT, Direction.SALE),
)
SOURCE = Source(direction=PURCHASE, kind="*", scheme="uslugi", document_type="FZ")
NIP = 'kontrahent.nip = "5265877635"'
TEXT = 'jest(wiersz.nazwa ~ "olej napęd*")'


def entry(item: Item, firm_id: int = OFFICE, version: int = 1) -> RulebookEntry:
    kind, name = toml.key_of(item)
    text = toml.written([item])
    return RulebookEntry(
        firm_id, kind, name, version, text, digest_of(text), Instant(""), "anna", shipped=False
    )


def rule(name: str, condition: str = "", scheme: str = "paliwo", **more: object) -> Rule:
    return Rule(name=name, condition=condition, scheme=scheme, **more)  # type: ignore[arg-type]  # fields of Rule


def book(*, office: Iterable[Item] = (), firm: Iterable[Item] = ()) -> Rulebook:
    shared = [entry(item) for item in (*SCHEMES, SOURCE, *office)]
    return Rulebook.of([*shared, *(entry(item, FIRM) for item in firm)])


def names(rulebook: Rulebook, facts: Facts = FACTS, learned: Iterable[Learned] = ()) -> list[str]:
    return [one.rule.name for one in candidates(facts, rulebook, tuple(learned))]


def test_the_whole_precedence() -> None:
    rules = {"oba": f"{NIP} i {TEXT}", "nip": NIP, "tekst": TEXT, "inne": "vat > 0"}
    rulebook = book(
        office=[rule(f"biuro-{name}", condition) for name, condition in rules.items()],
        firm=[rule(f"firma-{name}", condition) for name, condition in rules.items()],
    )
    known = [Learned("paliwo", {}, "", 9), Learned("uslugi", {}, text_key(INVOICE), 1)]
    found = candidates(FACTS, rulebook, known)
    assert [(one.rule.name, one.rank) for one in found] == [
        ("firma-oba", Precedence.FIRM_BOTH),
        ("firma-nip", Precedence.FIRM_CONTRACTOR),
        ("learned", Precedence.LEARNED_CONTENT),
        ("learned", Precedence.LEARNED),
        ("firma-tekst", Precedence.FIRM_CONTENT),
        ("firma-inne", Precedence.FIRM),
        ("biuro-oba", Precedence.OFFICE_BOTH),
        ("biuro-nip", Precedence.OFFICE_CONTRACTOR),
        ("biuro-tekst", Precedence.OFFICE_CONTENT),
        ("biuro-inne", Precedence.OFFICE),
        ("zakup *", Precedence.SOURCE),
    ]
    assert [one.scheme for one in found][2:4] == ["uslugi", "paliwo"]
    assert all(Precedence(one.rank).meaning for one in found)


@pytest.mark.parametrize(
    ("condition", "rank"),
    [
        (NIP, Precedence.FIRM_CONTRACTOR),
        ('sprzedawca.nip = "526-587-76-35"', Precedence.FIRM_CONTRACTOR),
        ('kontrahent.nip <> "1"', Precedence.FIRM),
        (f"nie mpp i {NIP}", Precedence.FIRM_CONTRACTOR),
        (f"{NIP} lub {TEXT}", Precedence.FIRM),
        (f'{NIP} lub kontrahent.nip = "1"', Precedence.FIRM_CONTRACTOR),
        (f"({NIP} lub vat > 0) i {TEXT}", Precedence.FIRM_CONTENT),
        ('gtu = "GTU_02"', Precedence.FIRM_CONTENT),
        ('kontrahent.nazwa ~ "orlen*"', Precedence.FIRM_CONTENT),
        ("", Precedence.FIRM),
    ],
)
def test_what_a_condition_goes_by_decides_its_precedence(condition: str, rank: Precedence) -> None:
    found = candidates(FACTS, book(firm=[rule("r", condition)]))
    assert found[0].rank is rank


def test_of_the_same_precedence_weight_then_name_decide() -> None:
    rulebook = book(
        firm=[rule("b", TEXT), rule("a", TEXT), rule("c", TEXT, weight=1), rule("d", TEXT, weight=-1)]
    )
    assert names(rulebook) == ["c", "a", "b", "d", "zakup *"]


def test_a_rule_is_of_its_direction_and_its_scheme_s() -> None:
    rulebook = book(
        office=[
            rule("kazdy"),
            rule("zakup", direction=PURCHASE),
            rule("sprzedaz", direction=Direction.SALE, scheme="sprzedaz"),
            rule("obcy-schemat", scheme="sprzedaz"),
        ]
    )
    assert names(rulebook) == ["kazdy", "zakup", "zakup *"]
    assert names(rulebook, replace(FACTS, direction=Direction.SALE)) == ["obcy-schemat", "sprzedaz"]


def test_it_tells_what_made_it_fit_and_gives_its_parameters() -> None:
    rulebook = book(
        firm=[rule("paliwo-orlen", f"{NIP} i {TEXT}", title="Paliwo", parameters={"share": "50%"})]
    )
    first = candidates(FACTS, rulebook)[0]
    assert first.title == "Paliwo"
    assert first.matched == (("kontrahent.nip", "5265877635"), ("wiersz.nazwa", "Olej napędowy"))
    assert first.parameters == {"share": "50%"}
    assert (first.rule.version, first.rule.digest) == (
        1,
        digest_of(toml.written([rulebook.rules[0].rule])),
    )


def test_a_condition_without_a_value_does_not_fit() -> None:
    assert names(book(firm=[rule("zero", "netto / (vat - vat) > 1")])) == ["zakup *"]


def test_what_was_learned() -> None:
    key = text_key(INVOICE)
    known = [
        Learned("uslugi", {}, "", 3),
        Learned("paliwo", {"share": "50%"}, "", 5),
        Learned("paliwo", {"share": "50%"}, key, 2),
        Learned("uslugi", {}, "12345", 100),
        Learned("sprzedaz", {}, "", 100),
        Learned("nie-ma", {}, "", 100),
    ]
    found = candidates(FACTS, book(), known)
    assert [(one.scheme, one.learned, one.rank) for one in found] == [
        ("paliwo", 2, Precedence.LEARNED_CONTENT),
        ("uslugi", 3, Precedence.LEARNED),
        ("uslugi", 0, Precedence.SOURCE),
    ]
    assert found[0].parameters == {"share": "50%"}
    assert found[0].matched[0] == ("kontrahent.nip", "5265877635")


def test_an_advance_teaches_nothing_about_the_invoice_after_it() -> None:
    known = [Learned("zaliczka", {}, "", 5), Learned("uslugi", {}, "", 1)]
    advance = replace(FACTS, invoice=replace(INVOICE, kind="ZAL"))
    assert [one.scheme for one in candidates(FACTS, book(), known)] == ["uslugi", "uslugi"]
    assert [one.scheme for one in candidates(advance, book(), known)] == ["zaliczka", "uslugi"]


def test_self_assessment_is_not_learned_for_an_invoice_with_tax() -> None:
    known = [Learned("import", {}, "", 5)]
    untaxed = replace(FACTS, invoice=replace(INVOICE, vat_table=(VatAmount(rate="np I", net=INVOICE.net),)))
    assert [one.scheme for one in candidates(FACTS, book(), known)] == ["uslugi"]
    assert [one.scheme for one in candidates(untaxed, book(), known)] == ["import", "uslugi"]


def test_a_receipt_s_invoice_follows_no_other_sale() -> None:
    sale = replace(FACTS, direction=Direction.SALE)
    receipt = replace(sale, invoice=replace(INVOICE, receipt_follows=True))
    known = [Learned("sprzedaz", {}, "", 5), Learned("paragon", {}, "", 2)]
    assert [one.scheme for one in candidates(sale, book(), known)] == ["sprzedaz"]
    assert [one.scheme for one in candidates(receipt, book(), known)] == ["paragon"]


def test_a_text_key_is_of_the_words_of_rows() -> None:
    months = [
        replace(INVOICE, lines=(InvoiceLine(name=f"Abonament telefoniczny {month}/2026"),))
        for month in (1, 2)
    ]
    assert text_key(months[0]) == text_key(months[1]) != ""
    assert text_key(replace(INVOICE, lines=(InvoiceLine(name="kawa"),))) == ""


def test_the_data_source_by_kind_form_or_all_others() -> None:
    rows = [
        Source(direction=PURCHASE, kind="KOR", scheme="paliwo"),
        Source(direction=PURCHASE, kind="FA_RR", scheme="zaliczka"),
        Source(direction=Direction.SALE, kind="*", scheme="sprzedaz"),
        Source(direction=PURCHASE, kind="ROZ", document_type="FZ"),
    ]
    rulebook = book(office=rows)
    for kind, form, wanted in (
        ("KOR", "FA (3)", ["paliwo"]),
        ("VAT_RR", "FA_RR (1)", ["zaliczka"]),
        ("VAT", "FA (3)", ["uslugi"]),
        ("ROZ", "FA (3)", []),
    ):
        facts = replace(FACTS, invoice=replace(INVOICE, kind=kind, form=form))
        assert [one.scheme for one in candidates(facts, rulebook)] == wanted
    assert rulebook.source_of(replace(FACTS, direction=Direction.NONE)) is None


def test_a_firm_s_own_entry_stands_in_the_place_of_the_office_s() -> None:
    rulebook = book(office=[rule("r", NIP), scheme("inny")], firm=[rule("r", TEXT, scheme="inny")])
    (mine,) = rulebook.rules
    assert (mine.of_firm, mine.rule.condition) == (True, TEXT)
    own = replace(scheme("uslugi"), title="Nasze usługi")
    assert book(firm=[own]).schemes["uslugi"][0].title == "Nasze usługi"
    off = replace(entry(rule("r", NIP), FIRM), text="")
    without = Rulebook.of([entry(scheme("paliwo")), entry(rule("r", NIP)), off])
    assert (without.rules, without.problems) == ((), ())


def test_rules_that_code_by_themselves() -> None:
    rulebook = book(firm=[rule("sama", TEXT, automatic=True), rule("nie", NIP)])
    found = candidates(FACTS, rulebook)
    assert [rulebook.codes_by_itself(one) for one in found] == [False, True, False]
    assert not rulebook.codes_by_itself(replace(found[1], rule=RuleRef("sama", 99)))


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (rule("r", "neto > 5"), "warunek, at “neto”: There is no field “neto”. Did you mean netto?"),
        (rule("r", "netto"), "a condition is wanted here"),
        (rule("r", NIP, scheme="brak"), "There is no scheme “brak”."),
        (Source(direction=PURCHASE, kind="KOR", scheme="brak"), "There is no scheme “brak”."),
        (
            replace(scheme("s"), lines=(LineTemplate(side=Side.DEBIT, account="4", amount="koszt +"),)),
            "dekret 1, kwota: Something is missing at the end",
        ),
        (
            replace(scheme("s"), rows=(RowTemplate(register=PURCHASE, amounts={"K_43": "vat_pln[24]"}),)),
            "rejestr 1, K_43, at “24”",
        ),
    ],
)  # fmt: skip
def test_what_does_not_compile_is_left_out_and_told(item: Item, words: str) -> None:
    rulebook = book(firm=[item])
    (problem,) = rulebook.problems
    assert words in str(problem.message)
    assert problem.entry.name == toml.key_of(item)[1]
    assert names(rulebook) == ["zakup *"]


def test_a_broken_text_of_an_entry_is_told() -> None:
    broken = replace(entry(rule("r")), text="[[zasada")
    other = replace(entry(rule("r")), text=toml.written([rule("inna")]))
    for one in (broken, other):
        (problem,) = Rulebook.of([entry(scheme("paliwo")), one]).problems
        assert str(problem.message)


def test_what_is_shipped_compiles() -> None:
    at = Instant("")
    shipped = [
        RulebookEntry(OFFICE, kind, name, 1, text, digest, at, "blink", shipped=True)
        for kind, name, text, digest in toml.shipped_entries()
    ]
    rulebook = Rulebook.of(shipped)
    assert [str(problem.message) for problem in rulebook.problems] == []
    assert len(rulebook.schemes) == sum(entry.kind is EntryKind.SCHEME for entry in shipped)
