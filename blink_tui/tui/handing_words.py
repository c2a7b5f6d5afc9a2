"""How the hand-over is spoken of: states of batches, what stands in a firm's way, what a format carries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from blink_tui.buffer import Batch, BatchState
from blink_tui.i18n import N_, _, ngettext
from blink_tui.ledger.formats import exporters
from blink_tui.model.targets import TARGETS, Accounts, Target
from blink_tui.model.text import clean
from blink_tui.tui.handing import Waiting
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import moment, number

_ACCOUNTS = {
    Accounts.NONE: N_("no accounts: its own scheme chooses them"),
    Accounts.NET: N_("the account of the net amount alone; its own scheme adds the rest"),
    Accounts.ALL: N_("all posting lines with their accounts"),
}


def program_of(format_id: str) -> str:
    """A format's name."""
    exporter = exporters().get(format_id)
    return _(exporter.name) if exporter is not None else format_id


def batch_state(batch: Batch) -> tuple[str, str]:
    """What became of a batch, and its tone."""
    if batch.cancelled_at is not None:
        return _("x cancelled {at}").format(at=moment(batch.cancelled_at)), "dim"
    if batch.state is not BatchState.PLACED:
        return _("! not in its place yet"), "warn"
    files = ", ".join(clean(Path(one.file).name) for one in batch.files)
    return (_("to put right: {file}").format(file=files) if batch.amends else files), "plain"


def obstacles(one: Waiting) -> Iterator[str]:
    """What stands in the way of handing a firm's documents over, in a word or two each."""
    if one.missing:
        yield _("settings missing: {count}").format(count=number(len(one.missing)))
    if one.questions:
        yield ngettext("{count} open question", "{count} open questions", one.questions).format(
            count=number(one.questions)
        )


def waiting_told(one: Waiting) -> list[Paragraph]:
    """What stands in a firm's way in full, and what its program takes."""
    found = [
        Paragraph(
            _("Missing in the settings: {settings}. F4 fills them in.").format(
                settings="; ".join(clean(_(setting.meaning)) for setting in one.missing)
            ),
            "warn", "! ",
        )
    ] if one.missing else []  # fmt: skip
    if one.questions:
        text = ngettext(
            "{count} question to the client is open: its document is not among these.",
            "{count} questions to the client are open: their documents are not among these.",
            one.questions,
        )
        found.append(Paragraph(text.format(count=number(one.questions)), "plain", "~ "))
    return [*found, *carried(one.format, coded=one.coded)]


def carried(format_id: str, *, coded: bool = True) -> list[Paragraph]:
    """What travels in a format, for the pane below a list."""
    if format_id not in TARGETS:
        return []
    return [Paragraph(carried_words(format_id, coded=coded), "dim", _("What goes:") + " ")]


def carried_words(format_id: str, *, coded: bool) -> str:
    """What travels to a ledger program ("co pójdzie") of a document that is coded or not."""
    if not coded:
        return _("the invoice alone: the firm has no books here, so nothing of it is coded")
    target = TARGETS[format_id]
    return "; ".join((_("invoice and VAT register"), _(_ACCOUNTS[target.accounts]), *_more(target)))


def _more(target: Target) -> Iterator[str]:
    for carries, word in (
        (target.column, _("KPiR column")),
        (target.category, _("category")),
        (target.description, _("description")),
        (target.dimensions, _("places of costs and projects")),
    ):
        if carries:
            yield word
