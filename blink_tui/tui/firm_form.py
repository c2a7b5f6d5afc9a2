"""What is asked for about a firm, and how it goes into the buffer; the checks are those of the command line."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from blink_tui.buffer import Buffer
from blink_tui.buffer.errors import FIRM_EXISTS
from blink_tui.i18n import _
from blink_tui.model.dates import first_day_of_previous_month, instant_of, warsaw_day
from blink_tui.model.documents import FirmKind
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ENVIRONMENTS, ContextType, Firm
from blink_tui.model.typed import (
    checked_accountant,
    checked_env,
    checked_internal_id,
    checked_labels,
    checked_name,
    checked_nip,
    checked_start,
    nip_remark,
)
from blink_tui.model.words import KIND_WORDS
from blink_tui.tui.widgets.form import Field, Filled, Texts, WrongFieldError

_OTHER = "other"


def nip_field() -> Field:
    """The number of the firm."""
    return Field(
        "nip",
        _("NIP"),
        _("Ten digits; spaces and hyphens may be left out."),
        check=checked_nip,
        remark=nip_remark,
    )


def name_field(start: str = "") -> Field:
    """The name to show."""
    return Field("name", _("Name"), _("As you want to see it in the lists."), start, check=checked_name)


def env_fields(env: str = "prod") -> list[Field]:
    """Which KSeF: one of the Ministry's, or another address."""
    known = env in ENVIRONMENTS
    choices = (
        ("prod", _("production")), ("demo", _("demo")), ("test", _("test")), (_OTHER, _("other address"))
    )  # fmt: skip
    return [
        Field("env", _("Which KSeF"), _("Real invoices are in production alone."), env if known else _OTHER, choices),
        Field(
            "address",
            _("Its address"),
            _("https; http on this machine alone, such as http://127.0.0.1:8080/v2"),
            "" if known else env,
            check=checked_env,
            when=lambda texts: texts.get("env") == _OTHER,
        ),
    ]  # fmt: skip


def day_field(now: datetime, start: str | None = None) -> Field:
    """From which day on invoices are fetched."""
    usual = first_day_of_previous_month(warsaw_day(instant_of(now))).isoformat()
    return Field(
        "first_day",
        _("First day"),
        _("From this day on: 2026-01-31, or 90d for days ago."),
        usual if start is None else start,
        check=lambda text: _start(text, now),
    )


def firm_fields(now: datetime, firm: Firm | None = None) -> list[Field]:
    """All of a firm; of one that is there what can be changed."""
    kinds = [(str(kind), _(word)) for kind, word in KIND_WORDS.items()]
    kind = Field(
        "kind", _("What it is"), _("What the firm is for VAT."), str(firm.kind if firm else "taxpayer"), kinds
    )
    if firm is None:
        unit = Field(
            "internal_id", _("Internal id"), _("Only for a unit of the firm: NIP-NNNNN."), check=checked_internal_id
        )  # fmt: skip
        return [nip_field(), name_field(), *env_fields(), day_field(now), kind, unit]
    first = firm.first_day.isoformat() if firm.first_day else ""
    kept = [
        Field(
            "accountant", _("Accountant"), _("The user of the system who keeps its books; b cuts by it."),
            firm.accountant, check=checked_accountant,
        ),
        Field(
            "labels", _("Labels"), _("Words to find it by, with commas between them."),
            ", ".join(firm.labels), check=lambda text: checked_labels([text]),
        ),
    ]  # fmt: skip
    ledger = Field("ledger_format", _("Hand-over"), start=firm.ledger_format, choices=_formats(firm))
    return [name_field(firm.name), *env_fields(firm.env), day_field(now, first), kind, ledger, *kept]


def _formats(firm: Firm) -> list[tuple[str, str]]:
    names = dict.fromkeys(("csv", firm.ledger_format))
    return [(name, name.upper()) for name in names]


def _start(text: str, now: datetime) -> Any:
    """A day, or None for the usual one."""
    return checked_start(text.strip(), now) if text.strip() else None


def env_of(texts: Texts) -> str:
    """The environment that was chosen or typed. Raises BlinkError (usage)."""
    chosen = texts.get("env", "prod")
    return checked_env(texts.get("address", "")) if chosen == _OTHER else chosen


def firm_of(texts: Texts, now: datetime) -> Firm:
    """A firm as it would be registered, for asking KSeF before it is. Raises BlinkError (usage)."""
    nip = checked_nip(texts["nip"])
    unit = checked_internal_id(texts.get("internal_id", ""))
    return Firm(
        id=0,
        nip=nip,
        context_type=ContextType.INTERNAL_ID if unit else ContextType.NIP,
        context_value=unit or nip,
        name=checked_name(texts.get("name", "")) or unit or nip,
        env=env_of(texts),
        kind=FirmKind(texts.get("kind", FirmKind.TAXPAYER)),
        ledger_format="csv",
        first_day=_start(texts.get("first_day", ""), now),
        enabled=True,
        paused=False,
        version=0,
    )


async def add_firm(buffer: Buffer, wanted: Firm) -> Firm:
    """Register a firm. Raises WrongFieldError where it is there already."""
    try:
        return await buffer.firms.add(
            wanted.nip,
            name=wanted.name,
            env=wanted.env,
            kind=wanted.kind,
            context_type=wanted.context_type,
            context_value=wanted.context_value,
            first_day=wanted.first_day,
        )
    except BlinkError as error:
        if error.kind is FIRM_EXISTS:
            raise WrongFieldError("nip", error) from error
        raise


async def save_new(buffer: Buffer, now: datetime, filled: Filled) -> Firm:
    """Register what was filled in."""
    return await add_firm(buffer, firm_of(filled.texts, now))


async def save_changes(buffer: Buffer, firm: Firm, now: datetime, filled: Filled) -> Firm:
    """Change a firm; what was fetched stays. Raises BlinkError as `firms.edit`."""
    texts = filled.texts
    changes: dict[str, Any] = {
        "name": checked_name(texts["name"]) or firm.name,
        "env": env_of(texts),
        "kind": FirmKind(texts["kind"]),
        "first_day": _start(texts["first_day"], now),
        "ledger_format": texts["ledger_format"],
        "accountant": checked_accountant(texts["accountant"]),
        "labels": checked_labels([texts["labels"]]),
    }
    changed = {name: value for name, value in changes.items() if value != getattr(firm, name)}
    return await buffer.firms.edit(firm.id, firm.version, **changed) if changed else firm


def saver(buffer: Buffer, now: datetime, firm: Firm | None) -> Any:
    """What saves the form of a new firm, or of one that is there."""
    return partial(save_new, buffer, now) if firm is None else partial(save_changes, buffer, firm, now)
