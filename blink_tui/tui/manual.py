"""The manual on pages: work, keys by the place where they work, the filter language, statuses, the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from blink_tui.i18n import N_, _
from blink_tui.model.documents import Status
from blink_tui.model.filtering import FIELDS
from blink_tui.tui.keys import ACTIONS, GROUPS, key_name
from blink_tui.tui.widgets.tabs import Chapter
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import STATUS_BRANCHES, STATUS_GLYPHS, STATUS_TONES, fit

_LEAD = 20

_STATUS_MEANS = {
    Status.FETCHED: N_("It came from KSeF; nobody has decided on it yet."),
    Status.CODED: N_("Its accounts, register and month are set; it waits for approval."),
    Status.APPROVED: N_("It waits for the hand-over to the books."),
    Status.EXPORTED: N_("It was written into a file for the ledger program, once."),
    Status.BOOKED: N_("It stands in the books."),
    Status.QUERIED: N_("Somebody has to be asked first; it goes back to where it was."),
    Status.EXCLUDED: N_("It does not belong into these books; the reason and who decided are kept."),
}

_WORK = (
    N_("Documents arrive by themselves every 15 minutes; F5 shows what has arrived and asks KSeF at once. Rows never"
       " move under your hands: the line above the list says how many are new."),
    N_("F4 opens what waits for a decision, one document after another: F9 approves, x leaves it out of the books, w"
       " asks a question, Space skips. The next one opens by itself."),
    N_("Ctrl+Z takes your last decisions back, one after another, until they were handed over to the books."),
    N_("Space marks a document, + marks all that the filter leaves. Count and sum are shown before anything happens;"
       " Esc stops a long run between two documents, and what was done can be undone."),
    N_("Approved documents leave by the hand-over (8), each document once: F10 shows what would be written, sums,"
       " warnings and what is refused, before anything is; Space marks firms, + all of them. A batch is taken back with"
       " x: whole if its file was never imported, else document by document, to be put right in the books."),
    N_("Reports (F9 in 8) mark nothing. F3 reads a firm's books back: what may be the same document is asked side by"
       " side, with 1, 2 and 3. F7 makes lists of payments, F4 has the settings of every format and its test file."),
    N_("A month is closed in Months (7): Enter shows its points, each leads to its documents; F10 signs it off and"
       " locks it, p prints its page, u unlocks it with a reason. What comes later is listed as after closing."),
    N_("How a firm keeps its books stands in Firms (2), F3: kind, VAT, accounts, its own rules. r has the rules and"
       " schemes of the office; F9 in a rule shows what it would change before it is saved."),
    N_("Questions to clients stand on the desk (1), w, the oldest first; after 3 and 7 days they want a reminder."),
    N_("Where you are, your filter, columns and half-typed forms are found again at the next start; secrets are not"
       " kept."),
)  # fmt: skip

_TERMINAL = (
    N_("PuTTY: Window, Translation, UTF-8. Connection, SSH, Enable compression makes slow lines quick."),
    N_("Some terminals keep F1, F10 or F11 for themselves: every F-key has a second key, see the page of keys."),
    N_("For long sessions start blink inside tmux: a dropped line then ends nothing."),
    N_("The variable NO_COLOR takes all colours away; signs and words say the same as the colours do."),
    N_("Colours, language and what happens when the line drops stand in the settings (9)."),
    N_("Screen readers: the terminal's own cursor follows the row. Everything can be done without a screen, too:"
       " blink --help."),
    N_("Your own keys: blink keymap --write makes the file, blink keymap --check proves it."),
)  # fmt: skip


def chapters(keys_of: Callable[[str], Sequence[str]], folder: Path | None) -> list[Chapter]:
    """The manual in the language in force, with the keys in force."""
    return [
        Chapter("work", _("Work"), tuple(_paragraphs(_WORK))),
        Chapter("keys", _("Keys"), tuple(_keys(keys_of))),
        Chapter("filter", _("Filter"), tuple(_filter())),
        Chapter("statuses", _("Statuses"), tuple(_statuses())),
        Chapter("terminal", _("Terminal"), tuple(_paragraphs(_TERMINAL))),
        Chapter("about", _("About"), tuple(_about(folder))),
    ]


def _paragraphs(texts: Sequence[str]) -> list[Paragraph]:
    return [part for text in texts for part in (Paragraph(_(text)), Paragraph(""))]


def _keys(keys_of: Callable[[str], Sequence[str]]) -> list[Paragraph]:
    found: list[Paragraph] = []
    for title, names in GROUPS.items():
        found.append(Paragraph(_(title), "head"))
        for name in names:
            keys = ", ".join(map(key_name, keys_of(name)))
            found.append(Paragraph(_(ACTIONS[name].help), lead=fit(" " + keys, _LEAD)))
        found.append(Paragraph(""))
    return found


def _filter() -> list[Paragraph]:
    found = [
        Paragraph(_("F8 narrows the list; all that is typed must hold. The same language: blink doc list --filter.")),
        Paragraph(""),
    ]  # fmt: skip
    found += [
        Paragraph(_(field.meaning), lead=fit(" " + field.example_shown, 2 * _LEAD - 8)) for field in FIELDS
    ]
    return [
        *found,
        Paragraph(""),
        Paragraph(_("A minus before a word or a field turns it round: -type:KOR.")),
    ]


def _statuses() -> list[Paragraph]:
    found = [
        Paragraph(
            _(_STATUS_MEANS[status]), STATUS_TONES[status],
            lead=fit(f" {STATUS_GLYPHS[status]} {_(STATUS_BRANCHES[status])}", 2 * _LEAD - 8),
        )
        for status in Status
    ]  # fmt: skip
    sign = _("! after the status: something was found; the page of checks of the document says what.")
    return [*found, Paragraph(""), Paragraph(sign)]


def _about(folder: Path | None) -> list[Paragraph]:
    lines = [Paragraph(f"blink-tui {version('blink-tui')}", "head"), Paragraph("")]
    if folder is not None:
        lines.append(Paragraph(str(folder), lead=fit(" " + _("Data lie in"), _LEAD)))
    return [
        *lines,
        Paragraph(_("KSeF is only read: the program sends no invoice and changes nothing there.")),
        Paragraph(_("Free software under the MIT license, without any warranty.")),
    ]
