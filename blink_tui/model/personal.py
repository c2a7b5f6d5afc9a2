"""Where data of natural persons stand: tables and columns, and whose they are (art. 30 RODO asks for a record of it).

A sole trader's NIP, a flat-rate farmer's name, an account of the system are data of a person; a company's are not. The
program cannot tell them apart, so it names every place where there may be any.
"""

from __future__ import annotations

from collections.abc import Mapping

from blink_tui.i18n import N_

FIRM = N_("the firm, where it is a natural person")
PARTIES = N_("sellers, buyers and payees who are natural persons")
USERS = N_("people of the office: accounts of the system")
NAMED = N_("whoever is named in a text that was typed or received")
ANYBODY = N_("everybody who is named on an invoice")

PERSONAL: Mapping[str, Mapping[str, str]] = {
    "firm": {"nip": FIRM, "context_value": FIRM, "name": FIRM, "accountant": USERS},
    "document": {
        "ksef_number": PARTIES,
        "seller_value": PARTIES,
        "seller_name": PARTIES,
        "buyer_value": PARTIES,
        "buyer_name": PARTIES,
        "direction_by": USERS,
    },
    "invoice_xml": {"ksef_number": PARTIES, "body": ANYBODY},
    "document_search": {"text": PARTIES},
    "document_trait": {"seller": PARTIES, "ksef_number": PARTIES, "accounts": PARTIES},
    "document_link": {"seller": PARTIES, "to_ksef": PARTIES, "was_buyer": PARTIES},
    "document_finding": {"places": NAMED},
    "document_event": {"who": USERS, "before": NAMED, "after": NAMED, "reason": NAMED},
    "firm_event": {"who": USERS, "before": NAMED, "after": NAMED, "reason": NAMED},
    "seller_account": {"account": PARTIES, "seller": PARTIES, "name": PARTIES},
    "contractor": {"nip": PARTIES, "name": PARTIES},
    "account": {"number": PARTIES, "name": PARTIES},
    "coding": {"contractor": PARTIES, "body": NAMED, "who": USERS},
    "proposal": {"why": NAMED, "body": NAMED},
    "learned": {"seller": PARTIES},
    "rulebook": {"text": NAMED, "who": USERS},
    "decision": {"who": USERS, "reason": NAMED, "undone_by": USERS},
    "question": {"text": NAMED, "answer": NAMED, "asked_by": USERS, "answered_by": USERS},
    "month_lock": {"who": USERS},
    "closing_page": {"body": NAMED, "who": USERS},
    "batch": {"who": USERS, "cancelled_by": USERS, "cancel_reason": NAMED},
    "amendment": {"who": USERS, "reason": NAMED},
    "book_import": {"who": USERS},
    "book_row": {"ksef_number": PARTIES, "body": PARTIES},
    "book_answer": {"who": USERS, "reason": NAMED},
    "payment_batch": {"who": USERS, "cancelled_by": USERS, "cancel_reason": NAMED},
    "payment": {"account": PARTIES, "title": PARTIES},
    "collective_member": {"ksef_number": PARTIES, "description": NAMED},
    "mismatch": {"subject": PARTIES, "accepted_by": USERS, "reason": NAMED},
    "granted_context": {"context_value": FIRM},
    "credential": {"label": FIRM},
    "fetch_log": {"payload": NAMED},
    "export_setting": {"value": FIRM},
    "retention": {"who": USERS, "reason": NAMED},
    "handover": {"who": USERS},
}
"""By table, its columns with whose data may stand there; tables that are not here hold none."""
