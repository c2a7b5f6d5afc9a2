"""One document as a record of Optima's VAT registers (FORMATS 2.3)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument, grosze
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.exporters import optima_words as words
from blink_tui.ledger.exporters.common import (
    AMENDS,
    PLAIN,
    tell_margin,
    tell_missing_table,
    tell_self_assessed,
    tell_unknown_rate,
)
from blink_tui.ledger.exporters.optima_card import Card, cdata
from blink_tui.ledger.exporters.optima_settings import ACCOUNT, CATEGORY, DIVIDED, said
from blink_tui.ledger.facts import Partner, described, sold_on, tax_day
from blink_tui.ledger.marks import marks
from blink_tui.ledger.owed import issued, owed, tax_point
from blink_tui.ledger.positions import (
    SELF_ASSESSED,
    Position,
    books_rate,
    percent,
    positions,
    settled,
    uncoded,
)
from blink_tui.ledger.texts import CUT_NUMBERS, YES, Texts
from blink_tui.model.books import BookKind
from blink_tui.model.coding import ZERO, Identity, PostingLine, Side
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month
from blink_tui.model.text import clean

NUMBER = 256
_PAYMENT = 0x5A17_0000_0000_0000
"""Tells the id of a document's payment from the document's own."""
_HUNDRED = Decimal(100)
_GROSZ = Decimal("0.01")
_RECEIPT = "FP"


class Register:
    """A document's record; what it cannot carry is told in `texts`."""

    def __init__(
        self, document: LedgerDocument, partner: Partner, card: Card, frame: Frame, texts: Texts
    ) -> None:
        self._document, self._card, self._frame, self._texts = document, card, frame, texts
        self._invoice, self._coding, self._sale = document.invoice, document.coding, document.sale
        tell_unknown_rate(document, texts)
        if uncoded(document):
            tell_self_assessed(document, PLAIN, "Optima", texts)
        self._guid = document.guid
        self._issued = issued(document)
        self._owed = owed(document)
        self._positions = positions(document)
        tell_missing_table(document, self._positions, texts)
        rates = [one.rate for one in self._positions]
        for rate in sorted(words.UNSURE.intersection(rates)):
            texts.tell("rate-unsure", N_("Rate {rate}: check its register in the program."), rate=rate)
        self._assessed = words.assessed(document)
        self._transaction = words.transaction(document, partner, rates, self._assessed, texts)
        self._vat_ue = words.to_vat_ue(document, rates, self._assessed)
        self._marks = marks(document)
        self._receipt = _RECEIPT in self._marks
        self._description = cdata(described(document, texts, "OPIS"))
        self.number = texts.number(
            self._invoice.number, "NUMER", NUMBER, may_cut=said(frame, CUT_NUMBERS) == YES
        )

    @property
    def text(self) -> str:
        """The whole record."""
        tag = "REJESTR_SPRZEDAZY_VAT" if self._sale else "REJESTR_ZAKUPU_VAT"
        return (
            f"<{tag}>\n{self._head()}{self._contractor()}{self._tax()}{self._positions_text()}{self._postings()}"
            f"{self._payment()}{self._codes()}</{tag}>\n"
        )

    def _head(self) -> str:
        document, invoice = self._document, self._invoice
        day = tax_day(document)
        sold = sold_on(invoice) or self._issued
        point = day if self._sale else tax_point(document)
        name = self._coding.register or said(
            self._frame, "sales_register" if self._sale else "purchases_register"
        )
        days = (
            f"<DATA_SPRZEDAZY>{sold}</DATA_SPRZEDAZY>\n"
            if self._sale
            else f"<DATA_ZAKUPU>{sold}</DATA_ZAKUPU>\n<DATA_WPLYWU>{document.received}</DATA_WPLYWU>\n"
        )
        return (
            f"<ID_ZRODLA>{self._guid}</ID_ZRODLA>\n<MODUL>Rejestr Vat</MODUL>\n"
            f"<TYP>Rejestr {'sprzedazy' if self._sale else 'zakupu'}</TYP>\n"
            f"<REJESTR>{cdata(self._texts.of(name, 'REJESTR'))}</REJESTR>\n"
            f"<DATA_WYSTAWIENIA>{self._issued}</DATA_WYSTAWIENIA>\n{days}<TERMIN>{self._owed.due}</TERMIN>\n"
            f"<DATA_DATAOBOWIAZKUPODATKOWEGO>{point}</DATA_DATAOBOWIAZKUPODATKOWEGO>\n"
            f"<DATA_DATAPRAWAODLICZENIA>{day}</DATA_DATAPRAWAODLICZENIA>\n<NUMER>{cdata(self.number)}</NUMER>\n"
            f"{self._correction()}<WEWNETRZNA>Nie</WEWNETRZNA>\n"
            f"<METODA_KASOWA>{words.yes(self._cash_method)}</METODA_KASOWA>\n<FISKALNA>Nie</FISKALNA>\n"
            f"<DETALICZNA>Nie</DETALICZNA>\n<EKSPORT>{self._transaction}</EKSPORT>\n"
        )

    @property
    def _farmer(self) -> bool:
        return self._invoice.form.startswith("FA_RR")

    @property
    def _cash_method(self) -> bool:
        """Its tax follows payments: the seller's cash method, or the firm's own."""
        waits = self._coding.identity is Identity.ON_PAYMENT
        return not self._farmer and (waits or self._invoice.cash_method)

    def _correction(self) -> str:
        if not self._invoice.is_correction:
            return "<KOREKTA>Nie</KOREKTA>\n<KOREKTA_NUMER/>\n"
        numbers = [clean(one.number or one.ksef_number).strip() for one in self._invoice.corrected]
        if len(numbers) > 1:
            self._texts.tell(
                "several-originals",
                N_("It corrects several documents and names one, {number}; the others are: {others}."),
                number=numbers[0], others=", ".join(numbers[1:]),
            )  # fmt: skip
        return (
            f"<KOREKTA>Tak</KOREKTA>\n<KOREKTA_NUMER>{cdata(numbers[0] if numbers else '')}</KOREKTA_NUMER>\n"
        )

    def _contractor(self) -> str:
        card, texts = self._card, self._texts
        own = said(self._frame, "category") == CATEGORY
        category = cdata(texts.of(self._coding.category, "KATEGORIA")) if own else ""
        mark = f"{AMENDS}: " if self._document.amends else ""
        return (
            f"<FINALNY>{words.yes(not card.registered)}</FINALNY>\n"
            f"<PODATNIK_CZYNNY>{words.yes(card.registered and not self._farmer)}</PODATNIK_CZYNNY>\n"
            f"<IDENTYFIKATOR_KSIEGOWY/>\n<TYP_PODMIOTU>kontrahent</TYP_PODMIOTU>\n{card.fields}"
            f"<ROLNIK>{words.yes(self._farmer)}</ROLNIK>\n<TYP_PLATNIKA>kontrahent</TYP_PLATNIKA>\n{card.payer}"
            f"<KATEGORIA>{category}</KATEGORIA>\n<OPIS>{mark}{self._description}</OPIS>\n"
            f"<FORMA_PLATNOSCI>{self._form}</FORMA_PLATNOSCI>\n"
        )

    @property
    def _form(self) -> str:
        usual = clean(said(self._frame, "payment_form"))
        return cdata(words.payment_form(self._owed.form, usual))

    def _tax(self) -> str:
        document, invoice = self._document, self._invoice
        received = document.received if document.ksef_number else ""
        return (
            f"<DEKLARACJA_VAT7>{self._vat_month()}</DEKLARACJA_VAT7>\n"
            f"<DEKLARACJA_VATUE>{words.yes(self._vat_ue)}</DEKLARACJA_VATUE>\n{self._rates()}"
            f"<PLATNOSC_VAT_W_PLN>Nie</PLATNOSC_VAT_W_PLN>\n<AKCYZA_NA_WEGIEL>0</AKCYZA_NA_WEGIEL>\n"
            f"<JPK_FA>Nie</JPK_FA>\n<MPP>{words.yes(invoice.split_payment)}</MPP>\n"
            f"<NR_KSEF>{cdata(clean(document.ksef_number))}</NR_KSEF>\n"
            f"<KSEF_DATA_PRZYJECIA>{received}</KSEF_DATA_PRZYJECIA>\n"
        )

    def _vat_month(self) -> str:
        """Month of the return; `Nie` where nothing of it is in one, and where it is not one month."""
        document, coding = self._document, self._coding
        if uncoded(document) and not (self._farmer or self._cash_method):
            return str(Month.of(tax_day(document)))
        wanted = Direction.SALE if self._sale else Direction.PURCHASE
        rows = [row for row in coding.rows if row.register is wanted] or list(coding.rows)
        months = {row.month for row in rows}
        if settled(document) and len(months) == 1 and None not in months:
            return str(months.pop())
        if uncoded(document) or coding.identity is Identity.ON_PAYMENT or len(months) > 1:
            self._texts.tell(
                "optima-payments",
                N_("Its tax follows payments ({months}) and Optima knows one month a document: settle it there."),
                months=", ".join(str(row.month) for row in rows if row.month) or "–",
            )  # fmt: skip
        return words.NO

    def _rates(self) -> str:
        """Rate for the books, and the one for VAT beside it where they differ."""
        if self._invoice.currency == "PLN":
            return _rate("", "", "1", "1", self._issued)
        vat, books = self._document.exchange_rate, books_rate(self._document)
        for_vat, for_books = self._coding.vat_rate, self._coding.income_rate
        day = (for_books and for_books.day) or (for_vat and for_vat.day) or self._issued
        found = _rate(cdata(clean(self._invoice.currency)), "", *_quoted(books), day)
        if books == vat:
            return found
        second = _rate(None, "_2", *_quoted(vat), (for_vat and for_vat.day) or self._issued)
        return f"{found}<KURS_DO_KSIEGOWANIA>Tak</KURS_DO_KSIEGOWANIA>\n{second}"

    def _positions_text(self) -> str:
        document, frame = self._document, self._frame
        columns = words.columns(document, frame, self._texts)
        lines = words.net_accounts(document)
        found = []
        for place, one in enumerate(self._joined(), 1):
            account = words.account_of(one, lines)
            kind = self._kind(one, account)
            found.append(f"<POZYCJA>\n<LP>{place}</LP>\n{self._position(one, account, kind)}{columns}"
                         f"<OPIS_POZ>{self._description}</OPIS_POZ>\n</POZYCJA>\n")  # fmt: skip
        self._tell_what_differs()
        return f"<POZYCJE>\n{''.join(found)}</POZYCJE>\n"

    def _kind(self, one: Position, account: str) -> str:
        frame = self._frame
        if self._sale:
            return words.kind_sold(one, account, frame, said(frame, "sold"))
        entries, usual = self._coding.entries, said(frame, "bought")
        return words.kind_bought(one, account, entries, self._assessed, frame, usual)

    def _joined(self) -> Sequence[Position]:
        """Positions; a part that the firm's proportion divides stands whole where Optima is to divide it."""
        if not self._by_proportion:
            return self._positions
        found: list[Position] = []
        for one in self._positions:
            places = [at for at, other in enumerate(found) if other.rate == one.rate and not one.deducted]
            if places:
                found[places[0]] = _sum(found[places[0]], one)
            else:
                found.append(one)
        return found

    @cached_property
    def _by_proportion(self) -> bool:
        """The firm's proportion alone decides what is deducted, and Optima is to work it out (not of a car)."""
        books = self._frame.books
        if books is None or self._sale or said(self._frame, "proportion") == DIVIDED:
            return False
        share = books.vat_on(self._issued).proportion
        if share is None or self._coding.identity is not Identity.LIMITED:
            return False
        whole = sum((one.vat_pln for one in self._positions), ZERO)
        deducted = sum((one.vat_pln for one in self._positions if one.deducted), ZERO)
        return abs(deducted - whole * share) <= _GROSZ * len(self._positions)

    def _position(self, one: Position, account: str, kind: str) -> str:
        chosen = said(self._frame, "category")
        category = account if chosen == ACCOUNT else self._coding.category if chosen == CATEGORY else ""
        if self._sale:
            counted = "nie" if self._receipt or kind == words.ASSETS else "tak"
            use = (
                f"<RODZAJ_SPRZEDAZY>{kind}</RODZAJ_SPRZEDAZY>\n<UWZ_W_PROPORCJI>{counted}</UWZ_W_PROPORCJI>\n"
            )
        else:
            deducted = "warunkowo" if self._by_proportion else "tak" if one.deducted else "nie"
            use = f"<RODZAJ_ZAKUPU>{kind}</RODZAJ_ZAKUPU>\n<ODLICZENIA_VAT>{deducted}</ODLICZENIA_VAT>\n"
        return (
            f"<KATEGORIA_POS>{cdata(clean(category))}</KATEGORIA_POS>\n"
            f"<STAWKA_VAT>{percent(one.rate, one.net_pln, one.vat_pln) or ZERO:.2f}</STAWKA_VAT>\n"
            f"<STATUS_VAT>{words.status(one.rate)}</STATUS_VAT>\n<NETTO>{one.net:.2f}</NETTO>\n<VAT>{one.vat:.2f}</VAT>\n"
            f"<NETTO_SYS>{one.net_books:.2f}</NETTO_SYS>\n<VAT_SYS>{one.vat_pln:.2f}</VAT_SYS>\n"
            f"<NETTO_SYS2>{one.net_pln:.2f}</NETTO_SYS2>\n<VAT_SYS2>{one.vat_pln:.2f}</VAT_SYS2>\n{use}"
        )

    def _tell_what_differs(self) -> None:
        """What Optima works out from the positions, and what was coded, where these are two."""
        coding, texts = self._coding, self._texts
        if coding.identity is Identity.MARGIN:
            tell_margin(self._document, "Optima", texts)
        elif coding.identity is Identity.SELF_ASSESSED:
            self._tell_own_tax()
        books = self._frame.books
        if books is None or books.kind is BookKind.LEDGER or not coding.entries:
            return
        counted = sum(
            (one.net_books + (ZERO if one.deducted else one.vat_pln) for one in self._positions), ZERO
        )
        booked = sum((entry.amount for entry in coding.entries), ZERO)
        if booked != counted:
            texts.tell(
                "optima-book-amount",
                N_("Optima works out {counted} for the book, here it was {booked}: put it right there."),
                counted=f"{counted:.2f}", booked=f"{booked:.2f}",
            )  # fmt: skip

    def _tell_own_tax(self) -> None:
        for row in self._coding.rows:
            amounts = dict(row.amounts)
            for base, tax in ((base, tax) for base, tax in SELF_ASSESSED if base in amounts):
                self._texts.tell(
                    "optima-own-tax",
                    N_("Output tax {tax} of {month} ({base}, {field}): make the internal sales document in Optima."),
                    tax=f"{amounts.get(tax, ZERO):.2f}", month=str(row.month or "–"), base=base, field=tax,
                )  # fmt: skip

    def _postings(self) -> str:
        """One amount a posting line, in PLN, on the side where it stands (FORMATS 10.4)."""
        lines = self._coding.lines if said(self._frame, "accounts") == YES else ()
        if not lines:
            return "<KWOTY_DODATKOWE/>\n"
        return f"<KWOTY_DODATKOWE>\n{''.join(map(self._posting, lines))}</KWOTY_DODATKOWE>\n"

    def _posting(self, line: PostingLine) -> str:
        account = cdata(clean(line.account))
        debit, credit = (account, "") if line.side is Side.DEBIT else ("", account)
        text = cdata(clean(line.description)) or self._description
        return (
            f"<POZYCJA_KD>\n<KWOTA_KD>{line.amount:.2f}</KWOTA_KD>\n<KWOTA_KD_SYS>{line.amount:.2f}</KWOTA_KD_SYS>\n"
            f"<KONTO_WN>{debit}</KONTO_WN>\n<KONTO_MA>{credit}</KONTO_MA>\n<OPIS_KD>{text}</OPIS_KD>\n</POZYCJA_KD>\n"
        )

    def _payment(self) -> str:
        """What is owed; nothing of a document to a receipt, which was paid at the till, and nothing of zero."""
        invoice, amount = self._invoice, self._owed.amount
        if self._receipt or not amount:
            return "<PLATNOSCI/>\n"
        rate = books_rate(self._document)
        currency = "" if invoice.currency == "PLN" else cdata(clean(invoice.currency))
        quoted, units = _quoted(rate) if currency else ("1", "1")
        comes = self._sale is (amount > 0)
        account = "" if self._sale else next(map(clean, invoice.payment.accounts), "")
        bank = (
            f"<PLATNOSC_PODMIOT_RACHUNEK_NR>{cdata(account)}</PLATNOSC_PODMIOT_RACHUNEK_NR>\n"
            if account
            else ""
        )
        guid = uuid.UUID(int=self._guid.int ^ _PAYMENT)
        return (
            f"<PLATNOSCI>\n<PLATNOSC>\n<ID_ZRODLA_PLAT>{guid}</ID_ZRODLA_PLAT>\n"
            f"<TERMIN_PLAT>{self._owed.due}</TERMIN_PLAT>\n<FORMA_PLATNOSCI_PLAT>{self._form}</FORMA_PLATNOSCI_PLAT>\n"
            f"<KWOTA_PLAT>{abs(amount):.2f}</KWOTA_PLAT>\n<WALUTA_PLAT>{currency}</WALUTA_PLAT>\n"
            f"<KURS_WALUTY_PLAT>NBP</KURS_WALUTY_PLAT>\n<NOTOWANIE_WALUTY_ILE_PLAT>{quoted}</NOTOWANIE_WALUTY_ILE_PLAT>\n"
            f"<NOTOWANIE_WALUTY_ZA_ILE_PLAT>{units}</NOTOWANIE_WALUTY_ZA_ILE_PLAT>\n"
            f"<KWOTA_PLN_PLAT>{grosze(abs(amount) * rate):.2f}</KWOTA_PLN_PLAT>\n"
            f"<KIERUNEK>{'przychód' if comes else 'rozchód'}</KIERUNEK>\n"
            f"<PODLEGA_ROZLICZENIU>tak</PODLEGA_ROZLICZENIU>\n<WALUTA_DOK>{currency}</WALUTA_DOK>\n{self._card.payment}{bank}{self._split()}</PLATNOSC>\n</PLATNOSCI>\n"
        )

    def _split(self) -> str:
        if not self._invoice.split_payment:
            return ""
        tax = abs(sum((one.vat_pln for one in self._positions), ZERO))
        return (
            f"<PLAT_SPLIT_PAYMENT>Tak</PLAT_SPLIT_PAYMENT>\n<PLAT_SPLIT_KWOTA_VAT>{tax:.2f}</PLAT_SPLIT_KWOTA_VAT>\n"
            f"<PLAT_SPLIT_NIP>{cdata(clean(self._invoice.seller.nip))}</PLAT_SPLIT_NIP>\n"
            f"<PLAT_SPLIT_NR_DOKUMENTU>{cdata(self.number)}</PLAT_SPLIT_NR_DOKUMENTU>\n"
        )

    def _codes(self) -> str:
        codes = "".join(f"<KOD_JPK><KOD>{cdata(clean(mark))}</KOD></KOD_JPK>\n" for mark in self._marks)
        return f"<KODY_JPK>\n{codes}</KODY_JPK>\n" if codes else ""


def _quoted(rate: Decimal) -> tuple[str, str]:
    """A rate as the National Bank quotes it: four places, for 100 units where one has more."""
    return (f"{rate:.4f}", "1") if rate == round(rate, 4) else (f"{rate * _HUNDRED:.4f}", "100")


def _rate(currency: str | None, suffix: str, quoted: str, units: str, day: date) -> str:
    head = "" if currency is None else f"<WALUTA>{currency}</WALUTA>\n"
    return (
        f"{head}<KURS_WALUTY{suffix}>NBP</KURS_WALUTY{suffix}>\n"
        f"<NOTOWANIE_WALUTY_ILE{suffix}>{quoted}</NOTOWANIE_WALUTY_ILE{suffix}>\n"
        f"<NOTOWANIE_WALUTY_ZA_ILE{suffix}>{units}</NOTOWANIE_WALUTY_ZA_ILE{suffix}>\n"
        f"<DATA_KURSU{suffix}>{day}</DATA_KURSU{suffix}>\n"
    )


def _sum(one: Position, other: Position) -> Position:
    return Position(
        one.rate,
        one.net + other.net,
        one.vat + other.vat,
        one.net_books + other.net_books,
        one.net_pln + other.net_pln,
        one.vat_pln + other.vat_pln,
        one.deducted,
        one.assets,
    )
