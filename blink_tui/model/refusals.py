"""Why a decision leaves a document as it is, each reason in a sentence with its number of documents."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from blink_tui.i18n import ngettext


class Refusal(StrEnum):
    """Why a document is left as it is."""

    CHANGED = "changed-meanwhile"
    IN_BOOKS = "in-the-books"
    SETTLED = "settled-already"
    SET_ASIDE = "set-aside"
    NOT_SET_ASIDE = "not-set-aside"
    FOR_INFORMATION = "for-information"
    TO_LOOK_AT = "to-look-at"
    SALE = "sale"
    ORIGINAL_CODED = "original-coded"
    CORRECTIONS_BOOKED = "corrections-booked"
    NO_BOOKS = "no-books"
    NOT_PROPOSED = "not-proposed"
    INCOMPLETE = "incomplete"
    LOCKED = "month-locked"
    BOOKED_ELSEWHERE = "booked-elsewhere"
    NOT_CODED = "not-coded"
    FOUR_EYES = "four-eyes"
    HELD_BACK = "held-back"
    NOT_HANDED_OVER = "not-handed-over"
    PAYMENT = "payment-added"


def refused_sentence(why: Refusal, count: int) -> str:
    """How many documents are left as they are, and why."""
    texts = _of_status(count) | _of_documents(count) | _of_coding(count)
    return texts[why].format(count=f"{count:,}".replace(",", " "))


def _of_status(count: int) -> dict[Refusal, str]:
    return {
        Refusal.CHANGED: ngettext(
            "{count} document was changed by someone else meanwhile.",
            "{count} documents were changed by someone else meanwhile.",
            count,
        ),
        Refusal.IN_BOOKS: ngettext(
            "{count} document is handed over to the books or booked and stays as it is.",
            "{count} documents are handed over to the books or booked and stay as they are.",
            count,
        ),
        Refusal.SETTLED: ngettext(
            "{count} document is so already.", "{count} documents are so already.", count
        ),
        Refusal.SET_ASIDE: ngettext(
            "{count} document was set aside with a reason; reopen it first.",
            "{count} documents were set aside with a reason; reopen them first.",
            count,
        ),
        Refusal.NOT_SET_ASIDE: ngettext(
            "{count} document is not set aside.", "{count} documents are not set aside.", count
        ),
        Refusal.FOR_INFORMATION: ngettext(
            "{count} document is for information only and is not booked.",
            "{count} documents are for information only and are not booked.",
            count,
        ),
    }


def _of_documents(count: int) -> dict[Refusal, str]:
    return {
        Refusal.TO_LOOK_AT: ngettext(
            "{count} document is to be looked at by itself: a possible double, or an alarm.",
            "{count} documents are to be looked at one by one: possible doubles, or alarms.",
            count,
        ),
        Refusal.SALE: ngettext(
            "{count} document is a sale, which is always taxed: it can only be booked in another source.",
            "{count} documents are sales, which are always taxed: they can only be booked in another source.",
            count,
        ),
        Refusal.ORIGINAL_CODED: ngettext(
            "{count} document corrects an invoice that is coded or booked; it has to be booked too.",
            "{count} documents correct invoices that are coded or booked; they have to be booked too.",
            count,
        ),
        Refusal.CORRECTIONS_BOOKED: ngettext(
            "{count} document has corrections in the books; it has to be booked too.",
            "{count} documents have corrections in the books; they have to be booked too.",
            count,
        ),
    }


def _of_coding(count: int) -> dict[Refusal, str]:
    return {
        Refusal.NO_BOOKS: ngettext(
            "{count} document is of a firm without books: set them up, or approve it as it is.",
            "{count} documents are of firms without books: set them up, or approve them as they are.",
            count,
        ),
        Refusal.NOT_PROPOSED: ngettext(
            "{count} document has no draft and no proposal yet.",
            "{count} documents have no draft and no proposal yet.",
            count,
        ),
        Refusal.INCOMPLETE: ngettext(
            "{count} document is not complete: open it to see what is missing.",
            "{count} documents are not complete: open them to see what is missing.",
            count,
        ),
        Refusal.LOCKED: ngettext(
            "{count} document belongs to a month that is locked.",
            "{count} documents belong to months that are locked.",
            count,
        ),
        Refusal.BOOKED_ELSEWHERE: ngettext(
            "{count} document is booked by another source: it is compared with the books and not approved here.",
            "{count} documents are booked by another source: they are compared with the books and not approved here.",
            count,
        ),
        Refusal.NOT_CODED: ngettext(
            "{count} document is not coded yet.", "{count} documents are not coded yet.", count
        ),
        Refusal.FOUR_EYES: ngettext(
            "{count} document was coded by you; another person has to approve it.",
            "{count} documents were coded by you; another person has to approve them.",
            count,
        ),
        Refusal.NOT_HANDED_OVER: ngettext(
            "{count} document is not handed over to the books yet, and no other source books it.",
            "{count} documents are not handed over to the books yet, and no other source books them.",
            count,
        ),
        Refusal.PAYMENT: ngettext(
            "{count} document has a payment added, which is not taken back: change its payments in the editor,"
            " or reopen it.",
            "{count} documents have payments added, which are not taken back: change their payments in the editor,"
            " or reopen them.",
            count,
        ),
        Refusal.HELD_BACK: ngettext(
            "{count} document is coded by a person, not by the program.",
            "{count} documents are coded by a person, not by the program.",
            count,
        ),
    }


def refused_sentences(refused: Mapping[Refusal, int]) -> list[str]:
    """A sentence for each reason, in the order of the reasons."""
    return [refused_sentence(why, refused[why]) for why in Refusal if refused.get(why)]
