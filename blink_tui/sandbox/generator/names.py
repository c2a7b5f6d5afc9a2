"""Invented parties: names out of word lists, numbers with right check digits. None of them is a real firm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

_STEMS = (
    "Borsuczex", "Wilgotar", "Sosnomir", "Kamgrodex", "Drwalmet", "Jaskółpol", "Żbikotech", "Łosiotrans",
    "Ćmiel-Bud", "Świstakor", "Źródlanka", "Gęsiopol", "Dąbrowinex", "Wężykor", "Szpakomed", "Bóbrotex",
    "Krukolog", "Zięboserwis", "Mysikrólik", "Rybitwex", "Puszczykor", "Chrząszczpol", "Grzywaczex", "Koszatnik",
    "Sroczkomat", "Turkociex", "Orzechowix", "Jeżogród", "Pliszkanet", "Modrzewkor", "Kaczorex", "Bączekpol",
)  # fmt: skip
_TRADES = (
    "Hurtownia", "Zakład Usługowy", "Biuro Projektów", "Spedycja", "Drukarnia", "Ogrodnictwo", "Piekarnia",
    "Serwis Maszyn", "Pracownia Mebli", "Skład Budowlany", "Gabinet Lekarski", "Studio Reklamy", "Wydawnictwo",
)  # fmt: skip
_LEGAL = ("sp. z o.o.", "S.A.", "sp.j.", "sp.k.", "P.S.A.", "sp. z o.o. sp.k.")
_FIRST = (
    "Bożydar", "Świętosława", "Mścisław", "Żegota", "Łucja", "Zdzisława", "Grażyna", "Józef", "Małgorzata",
    "Jędrzej", "Wacława", "Ścibor", "Ludmiła", "Przemysław", "Agnieszka", "Michał", "Żaneta", "Paweł",
)  # fmt: skip
_SURNAMES = (
    "Brzęczykowski", "Gżegżółka", "Pszczółkiewicz", "Wrzeszczyński", "Ćwierciakowicz", "Niedźwiedziuk",
    "Źdźbłowski", "Łakomczuk", "Śledzikiewicz", "Żółciński", "Mżawczak", "Pędziwiatrowicz", "Kłębowski",
)  # fmt: skip
_STREETS = (
    "ul. Kwiatowa", "ul. Źródlana", "al. Zbożowa", "ul. Świętej Łucji", "ul. Żurawia", "pl. Wąski", "ul. Łąkowa",
    "ul. Kręta", "os. Zielone Wzgórza", "ul. Gen. J. Wymyślonego", "ul. Młyńska", "ul. Ćwiartki 3/4",
)  # fmt: skip
_FLATS = ("", "", "A", "/3", " lok. 12")
_TOWNS = (
    ("00-901", "Warszawa"), ("30-960", "Kraków"), ("50-950", "Wrocław"), ("61-890", "Poznań"),
    ("80-958", "Gdańsk"), ("90-950", "Łódź"), ("35-959", "Rzeszów"), ("15-950", "Białystok"),
    ("87-100", "Toruń"), ("65-001", "Zielona Góra"), ("45-015", "Opole"), ("25-501", "Kielce"),
)  # fmt: skip
_FOREIGN = (
    ("DE", "Beispielwerke GmbH & Co. KG", "Musterstraße 7", "10115 Berlin"),
    ("FR", "Société Exemple d'Été SARL", "3 rue de l'Échantillon", "75001 Paris"),
    ("CZ", "Vzorová Říčka s.r.o.", "Zkušební 12", "110 00 Praha"),
    ("IT", "Campione \"Prova\" S.r.l.", "Via dell'Esempio 4", "00100 Roma"),
    ("SE", "Provföretaget Åäö AB", "Exempelgatan 9", "111 20 Stockholm"),
)  # fmt: skip
_OUTSIDE = (
    ("US", "Sample & Sons Inc.", "12 Example Avenue", "New York, NY 10001"),
    ("CH", "Muster AG", "Probeweg 3", "8001 Zürich"),
    ("GB", "Specimen Trading Ltd", "1 Test Lane", "London EC1A 1AA"),
)  # fmt: skip
_BANKS = ("Bank Zmyślony S.A.", "Bank Spółdzielczy w Nibylandii", "Pierwszy Bank Przykładowy S.A.")

_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_REGON_WEIGHTS = (8, 9, 2, 3, 4, 5, 6, 7)
_SORT_WEIGHTS = (3, 9, 7, 1, 3, 9, 7)


@dataclass(frozen=True, slots=True)
class Company:
    """A party to invoices."""

    nip: str
    """Empty for one from abroad."""
    name: str
    street: str
    town: str
    country: str = "PL"
    foreign_id: str = ""
    """VAT number without its country (Union) or tax number of another country."""
    in_union: bool = True
    email: str = ""
    phone: str = ""
    account: str = ""
    """26 digits with right check sums."""
    bank: str = ""
    regon: str = ""
    krs: str = ""
    person: bool = False
    """A sole trader: no entry in the court's register."""


class Namer:
    """Makes parties; the same ones from the same source of chance."""

    def __init__(self, random: Random, taken: Iterable[str] = ()) -> None:
        """`taken` are NIPs not to be given again."""
        self._random = random
        self._taken = set(taken)

    def company(self, name: str = "", nip: str = "") -> Company:
        """A Polish party; a name or NIP given is kept."""
        random = self._random
        person = not name and random.random() < 0.3
        code, town = random.choice(_TOWNS)
        digits = "".join(random.choices("0123456789", k=16))
        return Company(
            nip=nip or self.nip(),
            name=name or (self._trader() if person else self._firm()),
            street=f"{random.choice(_STREETS)} {random.randint(1, 180)}{random.choice(_FLATS)}",
            town=f"{code} {town}",
            email=f"faktury{random.randint(1, 999)}@firma{random.randint(1, 9999)}.example",
            phone=f"+48{random.randint(500_000_000, 899_999_999)}",
            account=nrb(sort_code(random), digits),
            bank=random.choice(_BANKS),
            regon=regon(random),
            krs=f"{random.randint(1, 1_200_000):010d}",
            person=person,
        )

    def foreign(self, in_union: bool) -> Company:
        """A party from abroad."""
        country, name, street, town = self._random.choice(_FOREIGN if in_union else _OUTSIDE)
        number = str(self._random.randint(100_000_000, 999_999_999))
        return Company("", name, street, town, country, number, in_union)

    def nip(self) -> str:
        """A NIP with a right check digit that was not given before."""
        while True:
            head = str(self._random.randint(101_000_000, 998_999_999))
            check = sum(w * int(d) for w, d in zip(_NIP_WEIGHTS, head, strict=True)) % 11
            nip = f"{head}{check}"
            if check < 10 and head[1:3] != "00" and nip not in self._taken:
                self._taken.add(nip)
                return nip

    def _firm(self) -> str:
        random = self._random
        name = random.choice(_STEMS)
        shape = random.random()
        if shape < 0.5:
            return f"{name} {random.choice(_LEGAL)}"
        if shape < 0.8:
            return f"{random.choice(_TRADES)} „{name}” {random.choice(_LEGAL)}"
        return f'"{name}" {random.choice(_SURNAMES)} & {random.choice(_SURNAMES)} sp.j.'

    def _trader(self) -> str:
        random = self._random
        return f"{random.choice(_TRADES)} {random.choice(_FIRST)} {random.choice(_SURNAMES)}"


def regon(random: Random) -> str:
    """A REGON of nine digits with a right check digit."""
    head = f"{random.randint(0, 99_999_999):08d}"
    return head + str(sum(w * int(d) for w, d in zip(_REGON_WEIGHTS, head, strict=True)) % 11 % 10)


def sort_code(random: Random) -> str:
    """The eight digits that would name a bank's branch, with a right check digit; no bank begins with 999."""
    head = f"999{random.randint(0, 9999):04d}"
    return head + str(-sum(w * int(d) for w, d in zip(_SORT_WEIGHTS, head, strict=True)) % 10)


def nrb(sort: str, account: str) -> str:
    """A Polish account number of 26 digits with its two check digits."""
    return f"{98 - int(f'{sort}{account}252100') % 97:02d}{sort}{account}"
