"""Forms beside FA(3), and corners of it that samples rarely have: small synthetic documents, value by value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from blink_tui.invoices import read_invoice
from blink_tui.model.invoice import Invoice, PaymentTerm
from tests.invoices.documents import faktura

_RR = """<Faktura xmlns="http://crd.gov.pl/wzor/2026/03/06/14189/"><Naglowek>
<KodFormularza kodSystemowy="FA_RR (1)" wersjaSchemy="1-1E">FA_RR</KodFormularza></Naglowek>
<Podmiot1><DaneIdentyfikacyjne><NIP>5265877635</NIP><Nazwa>Rolnik</Nazwa></DaneIdentyfikacyjne>
<NrKontrahenta>K7</NrKontrahenta></Podmiot1>
<Podmiot2><DaneIdentyfikacyjne><NIP>5252344078</NIP><Nazwa>Skup</Nazwa></DaneIdentyfikacyjne></Podmiot2>
<FakturaRR><KodWaluty>EUR</KodWaluty><P_4A>2026-02-20</P_4A><P_4B>2026-02-23</P_4B><P_4C>RR/1</P_4C>
<P_11_1>100.00</P_11_1><P_11_1W>425.00</P_11_1W><P_11_2>{tax}</P_11_2><P_11_2W>29.75</P_11_2W>
<P_12_1>107.00</P_12_1><P_12_1W>454.75</P_12_1W><P_12_2>sto siedem</P_12_2><RodzajFaktury>VAT_RR</RodzajFaktury>
<DokumentZaplaty><NrDokumentu>WB/1</NrDokumentu><DataDokumentu>2026-03-01</DataDokumentu></DokumentZaplaty>
{rows}
<Platnosc><RachunekBankowy1><NrRB>61109010140000071219812874</NrRB></RachunekBankowy1>
<RachunekBankowy2><NrRB>27114020040000300201355387</NrRB></RachunekBankowy2></Platnosc></FakturaRR></Faktura>"""

_RR_ROW = """<FakturaRRWiersz><NrWierszaFa>1</NrWierszaFa><P_4AA>2026-02-19</P_4AA><P_5>ziemniaki</P_5><P_6A>kg</P_6A>
<P_6B>50.5</P_6B><P_6C>klasa I</P_6C><P_7>1.98</P_7><P_8>100.00</P_8><P_9>{rate}</P_9><P_10>7.00</P_10>
<P_11>107.00</P_11></FakturaRRWiersz>"""

_UBL = """<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:c="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
 xmlns:e="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
 xmlns:p="urn:pl:extended:CommonAggregateComponents-2" xmlns:q="urn:pl:extended:CommonBasicComponents-2">{extension}
<b:ID>PEF/1</b:ID><b:IssueDate>2026-03-02</b:IssueDate><b:DueDate>2026-03-16</b:DueDate>
<b:{root}TypeCode>{code}</b:{root}TypeCode><b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
<b:TaxCurrencyCode>PLN</b:TaxCurrencyCode>
<c:BillingReference><c:InvoiceDocumentReference><b:ID>5265877635-20250826-0100001AF629-AF</b:ID>
<b:IssueDate>2025-08-26</b:IssueDate></c:InvoiceDocumentReference></c:BillingReference>
<c:AccountingSupplierParty><c:Party><c:PartyTaxScheme><b:CompanyID>PL5265877635</b:CompanyID>
<c:TaxScheme><b:ID>VAT</b:ID></c:TaxScheme></c:PartyTaxScheme>
<c:PartyLegalEntity><b:RegistrationName>Sprzedawca</b:RegistrationName></c:PartyLegalEntity></c:Party></c:AccountingSupplierParty>
<c:AccountingCustomerParty><c:Party><c:PartyName><b:Name>Szpital</b:Name></c:PartyName>
<c:PartyTaxScheme><b:CompanyID>DE123456789</b:CompanyID><c:TaxScheme><b:ID>VAT</b:ID></c:TaxScheme></c:PartyTaxScheme>
</c:Party></c:AccountingCustomerParty>
<c:PaymentMeans><b:PaymentMeansCode>58</b:PaymentMeansCode><c:PayeeFinancialAccount>
<b:ID>PL61109010140000071219812874</b:ID></c:PayeeFinancialAccount></c:PaymentMeans>
<c:TaxTotal><b:TaxAmount currencyID="EUR">23.00</b:TaxAmount><c:TaxSubtotal><b:TaxableAmount>100.00</b:TaxableAmount>
<b:TaxAmount>23.00</b:TaxAmount><c:TaxCategory><b:ID>S</b:ID><b:Percent>23.0</b:Percent></c:TaxCategory></c:TaxSubtotal>
</c:TaxTotal><c:TaxTotal><b:TaxAmount currencyID="PLN">97.75</b:TaxAmount></c:TaxTotal>
<c:LegalMonetaryTotal><b:TaxInclusiveAmount>123.00</b:TaxInclusiveAmount><b:PayableAmount>120.00</b:PayableAmount>
</c:LegalMonetaryTotal>
<c:{line}><b:ID>1</b:ID><b:{quantity} unitCode="C62">2</b:{quantity}>
<b:LineExtensionAmount>100.00</b:LineExtensionAmount>
<c:Item><b:Name>Strzykawka</b:Name><c:ClassifiedTaxCategory><b:ID>S</b:ID><b:Percent>23</b:Percent></c:ClassifiedTaxCategory>
</c:Item><c:Price><b:PriceAmount>50</b:PriceAmount></c:Price></c:{line}></{root}>"""

_DIFFERENCE = """<e:UBLExtensions><e:UBLExtension><e:ExtensionContent>
<p:OriginalInvoiceData><p:InvoiceLine><q:ID>1</q:ID><q:LineExtensionAmount>140.00</q:LineExtensionAmount></p:InvoiceLine>
</p:OriginalInvoiceData></e:ExtensionContent></e:UBLExtension><e:UBLExtension><e:ExtensionContent><p:InvoiceCorrection>
<p:TaxTotal><q:TaxAmount currencyID="EUR">-9.20</q:TaxAmount><p:TaxSubtotal><q:TaxableAmount>-40.00</q:TaxableAmount>
<q:TaxAmount>-9.20</q:TaxAmount><p:TaxCategory><q:ID>S</q:ID><q:Percent>23</q:Percent></p:TaxCategory></p:TaxSubtotal>
</p:TaxTotal><p:LegalMonetaryTotal><q:TaxInclusiveAmount>-49.20</q:TaxInclusiveAmount>
<q:PayableAmount>-49.20</q:PayableAmount></p:LegalMonetaryTotal></p:InvoiceCorrection></e:ExtensionContent>
</e:UBLExtension></e:UBLExtensions>"""


def _rr(*rates: str, tax: str = "7.00") -> Invoice:
    return read_invoice(
        _RR.format(rows="".join(_RR_ROW.format(rate=rate) for rate in rates), tax=tax).encode()
    )


def _invoice(code: str = "380") -> Invoice:
    text = _UBL.format(
        root="Invoice", line="InvoiceLine", quantity="InvoicedQuantity", code=code, extension=""
    )
    return read_invoice(text.encode())


def _credit_note(extension: str = "") -> Invoice:
    text = _UBL.format(
        root="CreditNote", line="CreditNoteLine", quantity="CreditedQuantity", code="381", extension=extension
    )
    return read_invoice(text.encode())


def test_rr_is_bought_from_the_farmer_who_is_podmiot1() -> None:
    invoice = _rr("7.0", "7")
    assert (invoice.form, invoice.kind, invoice.number) == ("FA_RR (1)", "VAT_RR", "RR/1")
    assert (invoice.issue_date, invoice.sale_date) == (date(2026, 2, 23), date(2026, 2, 20))
    assert (invoice.seller.name, invoice.seller.customer_number) == ("Rolnik", "K7")
    assert (invoice.total, invoice.total_pln, invoice.total_words) == (
        Decimal(107),
        Decimal("454.75"),
        "sto siedem",
    )
    assert [doc.number for doc in invoice.payment_documents] == ["WB/1"]
    assert [account.number for account in invoice.payment.payer_accounts] == ["27114020040000300201355387"]
    assert invoice.payment.accounts == ("61109010140000071219812874",)


def test_rr_has_one_row_in_its_vat_table() -> None:
    (row,) = _rr("7").vat_table
    assert (row.rate, row.net, row.vat, row.net_pln, row.vat_pln) == (
        "7", Decimal(100), Decimal(7), Decimal(425), Decimal("29.75"),
    )  # fmt: skip
    assert _rr("7", "6.5").vat_table[0].rate == "RR"


def test_rr_rows_have_their_own_columns() -> None:
    (row,) = _rr("7").lines
    assert (row.name, row.quality, row.unit, row.quantity) == ("ziemniaki", "klasa I", "kg", Decimal("50.5"))
    assert (row.unit_price, row.net, row.vat, row.gross) == (
        Decimal("1.98"),
        Decimal(100),
        Decimal(7),
        Decimal(107),
    )
    assert row.sale_date == date(2026, 2, 19)


def test_fa2_says_its_term_in_words() -> None:
    more = (
        "<Platnosc><TerminPlatnosci><Termin>2026-03-16</Termin><TerminOpis> 14 dni </TerminOpis>"
        "</TerminPlatnosci></Platnosc>"
    )
    invoice = read_invoice(faktura(form="FA (2)", more=more).encode())
    assert invoice.form == "FA (2)"
    assert invoice.payment.terms == (PaymentTerm(day=date(2026, 3, 16), description="14 dni"),)


def test_fa3_says_its_term_in_three_fields() -> None:
    more = (
        "<Platnosc><TerminPlatnosci><TerminOpis><Ilosc>14</Ilosc><Jednostka>dni</Jednostka>"
        "<ZdarzeniePoczatkowe>dostawa</ZdarzeniePoczatkowe></TerminOpis></TerminPlatnosci></Platnosc>"
    )
    invoice = read_invoice(faktura(more=more).encode())
    assert invoice.payment.terms == (PaymentTerm(count=14, unit="dni", event="dostawa"),)


def test_an_attachment_keeps_empty_cells_in_their_columns() -> None:
    attachment = (
        "</Fa><Zalacznik><BlokDanych><ZNaglowek>Odczyty</ZNaglowek><MetaDane><ZKlucz>PPE</ZKlucz><ZWartosc>7</ZWartosc>"
        "</MetaDane><Tekst><Akapit>a</Akapit><Akapit>b</Akapit></Tekst><Tabela><TNaglowek>"
        '<Kol Typ="txt"><NKom>Strefa</NKom></Kol><Kol Typ="dec"><NKom></NKom></Kol></TNaglowek>'
        "<Wiersz><WKom></WKom><WKom>1.5</WKom></Wiersz><Wiersz><WKom>x</WKom><WKom/></Wiersz>"
        "<Suma><SKom/><SKom>1.5</SKom></Suma></Tabela></BlokDanych></Zalacznik></Faktura>"
    )
    (block,) = read_invoice(faktura().replace("</Fa></Faktura>", attachment).encode()).attachment
    (table,) = block.tables
    assert (block.title, block.metadata, block.paragraphs) == ("Odczyty", (("PPE", "7"),), ("a", "b"))
    assert table.heads == (("Strefa", "txt"), ("", "dec"))
    assert (table.rows, table.sums) == ((("", "1.5"), ("x", "")), ("", "1.5"))


def test_pef_fills_the_common_shape() -> None:
    invoice = _invoice()
    assert (invoice.form, invoice.kind, invoice.number) == ("PEF (3)", "VAT_PEF", "PEF/1")
    assert (invoice.seller.nip, invoice.seller.tax_prefix, invoice.seller.name) == (
        "5265877635",
        "PL",
        "Sprzedawca",
    )
    assert (invoice.buyer.identifier, invoice.buyer.name) == ("DE123456789", "Szpital")
    (row,) = invoice.vat_table
    assert (row.rate, row.net, row.vat, row.vat_pln) == ("23", Decimal(100), Decimal(23), Decimal("97.75"))
    assert (invoice.total, invoice.to_pay) == (Decimal(123), Decimal(120))
    assert (invoice.payment.due, invoice.payment.form) == ((date(2026, 3, 16),), 6)
    assert invoice.payment.accounts == ("PL61109010140000071219812874",)
    (line,) = invoice.lines
    assert (line.number, line.name, line.unit, line.rate) == (1, "Strzykawka", "C62", "23")
    assert (line.quantity, line.unit_price, line.net) == (Decimal(2), Decimal(50), Decimal(100))
    assert not invoice.corrected


def test_pef_is_self_billed_by_its_type() -> None:
    invoice = _invoice("389")
    assert (invoice.kind, invoice.self_billing) == ("VAT_PEF_SP", True)


def test_a_pef_correction_counts_by_its_difference() -> None:
    invoice = _credit_note(_DIFFERENCE)
    assert (invoice.form, invoice.kind, invoice.is_correction) == ("PEF_KOR (3)", "KOR_PEF", True)
    assert (invoice.net, invoice.vat, invoice.total) == (Decimal(-40), Decimal("-9.20"), Decimal("-49.20"))
    assert [(line.before, line.net) for line in invoice.lines] == [
        (True, Decimal(140)),
        (False, Decimal(100)),
    ]
    (original,) = invoice.corrected
    assert original.ksef_number == "5265877635-20250826-0100001AF629-AF"
    assert original.issue_date == date(2025, 8, 26)


def test_a_plain_credit_note_takes_everything_back() -> None:
    invoice = _credit_note()
    assert (invoice.net, invoice.vat, invoice.total) == (Decimal(-100), Decimal(-23), Decimal(-123))
    assert invoice.vat_table[0].vat_pln == Decimal("-97.75")
    assert [line.before for line in invoice.lines] == [True]


def _changed(old: str, new: str, code: str = "380") -> Invoice:
    """The UBL invoice with a piece replaced."""
    text = _UBL.format(
        root="Invoice", line="InvoiceLine", quantity="InvoicedQuantity", code=code, extension=""
    )
    assert old in text
    return read_invoice(text.replace(old, new).encode())


def test_a_second_tax_total_of_pef_says_its_rows_in_pln() -> None:
    """Rows of one currency are never added to those of another."""
    invoice = _changed(
        '<b:TaxAmount currencyID="PLN">97.75</b:TaxAmount>',
        '<b:TaxAmount currencyID="PLN">97.75</b:TaxAmount><c:TaxSubtotal><b:TaxableAmount>425.00</b:TaxableAmount>'
        "<b:TaxAmount>97.75</b:TaxAmount><c:TaxCategory><b:ID>S</b:ID><b:Percent>23</b:Percent></c:TaxCategory>"
        "</c:TaxSubtotal>",
    )
    (row,) = invoice.vat_table
    assert (row.net, row.vat, row.net_pln, row.vat_pln) == (
        Decimal(100), Decimal(23), Decimal(425), Decimal("97.75"),
    )  # fmt: skip


def test_a_pef_party_without_vat_number_is_known_by_its_nip_elsewhere() -> None:
    scheme = (
        "<c:PartyTaxScheme><b:CompanyID>DE123456789</b:CompanyID><c:TaxScheme><b:ID>VAT</b:ID></c:TaxScheme>"
        "</c:PartyTaxScheme>"
    )
    legal = "<c:PartyLegalEntity><b:CompanyID schemeID='0169'>{}</b:CompanyID></c:PartyLegalEntity>"
    assert _changed(scheme, legal.format("5252344078")).buyer.nip == "5252344078"
    assert _changed(scheme, legal.format("PL5252344078")).buyer.nip == "5252344078"
    register = _changed(scheme, legal.format("0000123456")).buyer
    assert (register.nip, register.legal_id, register.legal_scheme) == (None, "0000123456", "0169")
    assert _changed(scheme, scheme + legal.format("5252344078")).buyer.nip is None
    start = "<c:AccountingCustomerParty><c:Party>"
    endpoint = "<b:EndpointID schemeID='{}'>5252344078</b:EndpointID>"
    for code, nip in (("9945", "5252344078"), ("0088", None)):
        text = start + endpoint.format(code) + "<c:PartyName><b:Name>Szpital</b:Name></c:PartyName>"
        whole = f"{start}<c:PartyName><b:Name>Szpital</b:Name></c:PartyName>\n{scheme}"
        assert _changed(whole, text).buyer.nip == nip


def test_a_second_tax_number_of_a_pef_party_is_not_lost() -> None:
    second = "<c:PartyTaxScheme><b:CompanyID>PL5252344078</b:CompanyID></c:PartyTaxScheme>"
    invoice = _changed("</c:PartyTaxScheme>\n</c:Party>", f"</c:PartyTaxScheme>{second}</c:Party>")
    assert (invoice.buyer.vat_ue, invoice.buyer.nip) == ("123456789", "5252344078")
    third = "<c:PartyTaxScheme><b:CompanyID>DE999999999</b:CompanyID></c:PartyTaxScheme>"
    invoice = _changed("</c:PartyTaxScheme>\n</c:Party>", f"</c:PartyTaxScheme>{third}</c:Party>")
    assert invoice.buyer.vat_ue == "123456789"
    assert invoice.unread == (("AccountingCustomerParty/Party/PartyTaxScheme/CompanyID", "DE999999999"),)
