"""Notices in Polish and in English: as they are read, with the right forms of words, and of a bearable length."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from blink_tui.i18n import _, language, speaking
from blink_tui.model.findings import Severity
from blink_tui.model.notices import GROSS, Item, NoticeKind, Phase
from blink_tui.ops.notify.wording import LONGEST_BODY, LONGEST_TITLE, SHOWN, message_of, trial_message

NAMES = {1: "Żółw Sp. z o.o.", 2: "Ćma S.A.", 3: "Łódka"}
SINCE = "2026-10-06T10:00:00.000000Z"


def item(
    kind: NoticeKind,
    firm_id: int | None = None,
    phase: Phase = Phase.HAPPENED,
    subject: str = "",
    severity: Severity = Severity.ALARM,
    gross: str | None = None,
    **details: str,
) -> Item:
    if gross is not None:
        details[f"{GROSS}PLN"] = gross
    return Item(kind, phase, severity, firm_id, subject, details)


ITEMS = (
    item(NoticeKind.DOCUMENTS, 1, severity=Severity.NOTE, purchase="1230", sale="4"),
    item(NoticeKind.DOCUMENTS, 2, severity=Severity.NOTE, gross="1234.50", purchase="1"),
    item(NoticeKind.CREDENTIAL, 1, Phase.BEGAN, problem="refused-before", since=SINCE),
    item(NoticeKind.CREDENTIAL, 2, Phase.BEGAN, problem="refused-before", since=SINCE),
    item(NoticeKind.EXPIRY, 3, Phase.BEGAN, "2026-12-31 30", Severity.WARNING, ends="2026-12-31", days="30"),
    item(NoticeKind.SUSPICIOUS, 2, subject="account-of-another", count="5"),
    item(NoticeKind.STOPPED, 3, Phase.LASTS, "late", late="not-asked", since=SINCE),
    item(NoticeKind.LIMITS, 3, Phase.OVER, severity=Severity.WARNING, since=SINCE),
    item(
        NoticeKind.OUTAGE, None, Phase.BEGAN, "prod 77", Severity.WARNING,
        env="prod", category="FAILURE", since=SINCE,
    ),
    item(NoticeKind.CHORE, None, Phase.BEGAN, "backup", Severity.WARNING, problem="disk-full", since=SINCE),
    item(NoticeKind.DELIVERY, None, Phase.BEGAN, "biuro", Severity.WARNING, problem="login-refused", since=SINCE),
)  # fmt: skip

ENGLISH = """\
blink: KSeF refuses 2 firms: access refused (refused-before); 8 more matters

KSeF refuses 2 firms: access refused (refused-before)
  Ćma S.A. (since 2026-10-06 12:00)
  Żółw Sp. z o.o. (since 2026-10-06 12:00)

Fetching still stands for 1 firm: no complete fetch for too long, nobody asks KSeF, so see whether the daemon runs
  Łódka (since 2026-10-06 12:00)

5 suspicious invoices: look before anybody pays
  Ćma S.A.: bank account of another seller (5)

Something fails: the backup. The disk is full or cannot be written
  since 2026-10-06 12:00

Notices do not reach biuro: The server refused the login
  since 2026-10-06 12:00

Access of 1 firm ends on 2026-12-31
  Łódka

KSeF's limits no longer hold up 1 firm
  Łódka (it began: 2026-10-06 12:00)

KSeF (prod): failure
  since 2026-10-06 12:00

1\N{NO-BREAK SPACE}235 new documents in 2 firms
  Żółw Sp. z o.o.: 1\N{NO-BREAK SPACE}234 (purchases: 1\N{NO-BREAK SPACE}230, sales: 4)
  Ćma S.A.: 1 (purchases: 1, gross 1 234,50 PLN)

blink-tui, profile default, message 1a2b3c4d"""
POLISH = """\
blink: KSeF odmawia dostępu 2 firmom: odmowa dostępu (refused-before); i jeszcze 8 spraw

KSeF odmawia dostępu 2 firmom: odmowa dostępu (refused-before)
  Ćma S.A. (od 2026-10-06 12:00)
  Żółw Sp. z o.o. (od 2026-10-06 12:00)

Pobieranie nadal stoi dla 1 firmy: zbyt długo bez pełnego pobrania, nikt nie pyta KSeF; sprawdź, czy działa usługa
  Łódka (od 2026-10-06 12:00)

5 podejrzanych faktur: sprawdź, zanim ktoś zapłaci
  Ćma S.A.: rachunek innego sprzedawcy (5)

Nie udaje się: kopia zapasowa. Dysk jest pełny albo nie można na nim zapisać
  od 2026-10-06 12:00

Powiadomienia nie docierają do odbiorcy biuro: Serwer odrzucił logowanie
  od 2026-10-06 12:00

Dostęp 1 firmy kończy się 2026-12-31
  Łódka

Limity KSeF nie wstrzymują już 1 firmy
  Łódka (początek: 2026-10-06 12:00)

KSeF (prod): awaria
  od 2026-10-06 12:00

1\N{NO-BREAK SPACE}235 nowych dokumentów w 2 firmach
  Żółw Sp. z o.o.: 1\N{NO-BREAK SPACE}234 (zakup: 1\N{NO-BREAK SPACE}230, sprzedaż: 4)
  Ćma S.A.: 1 (zakup: 1, brutto 1 234,50 PLN)

blink-tui, profil default, wiadomość 1a2b3c4d"""


@pytest.mark.parametrize(("spoken", "text"), [("en", ENGLISH), ("pl", POLISH)])
def test_a_message_of_everything(spoken: str, text: str) -> None:
    message = message_of(ITEMS, NAMES, spoken, profile="default", number="1a2b3c4d")
    assert f"{message.title}\n\n{message.body}" == text
    assert language() == "en"


@pytest.mark.parametrize(
    ("count", "title"),
    [
        (1, "blink: 1 nowy dokument w 1 firmie"),
        (2, "blink: 2 nowe dokumenty w 1 firmie"),
        (5, "blink: 5 nowych dokumentów w 1 firmie"),
        (12, "blink: 12 nowych dokumentów w 1 firmie"),
        (22, "blink: 22 nowe dokumenty w 1 firmie"),
        (1001, "blink: 1\u00a0001 nowych dokumentów w 1 firmie"),
    ],
)
def test_polish_counts(count: int, title: str) -> None:
    one = item(NoticeKind.DOCUMENTS, 1, purchase=str(count))
    assert message_of([one], NAMES, "pl", profile="default", number="1").title == title


@pytest.mark.parametrize("spoken", ["en", "pl"])
def test_two_thousand_firms_and_hostile_names_make_a_short_text(spoken: str) -> None:
    names: Mapping[int, str] = {
        number: f"\x1b[31m\u202eFirma {number}\n\r" + "ż" * 400 for number in range(1, 2001)
    }
    items = [
        item(
            kind,
            firm,
            Phase.BEGAN,
            problem="disk-full",
            ends="2026-12-31",
            days="3",
            purchase="7",
            count="2",
            since=SINCE,
        )
        for kind in (NoticeKind.DOCUMENTS, NoticeKind.CREDENTIAL, NoticeKind.STOPPED, NoticeKind.EXPIRY)
        for firm in names
    ]
    message = message_of(items, names, spoken, profile="default", number="1a2b3c4d")
    assert len(message.title) <= LONGEST_TITLE
    assert len(message.body) <= LONGEST_BODY + 200
    assert message.title.replace("\u00a0", " ").isprintable()
    assert all(line.isprintable() for line in message.body.replace("\u00a0", " ").split("\n"))
    assert message.body.split("\n")[-1].endswith("1a2b3c4d")
    assert message.body.count("Firma") <= 4 * SHOWN


def test_what_waited_is_added_up() -> None:
    items = [item(NoticeKind.DOCUMENTS, 1, purchase="2", gross="0.10")] * 3
    message = message_of(items, NAMES, "en", profile="default", number="1")
    assert "  Żółw Sp. z o.o.: 6 (purchases: 6, gross 0,30 PLN)" in message.body


def test_a_block_speaks_its_own_language() -> None:
    with speaking("pl"):
        assert language() == "pl"
        assert _("Settings of the profile.") == "Ustawienia profilu."
    assert _("Settings of the profile.") == "Settings of the profile."
    assert (
        trial_message("pl", profile="p", number="1").title
        != trial_message("en", profile="p", number="1").title
    )
