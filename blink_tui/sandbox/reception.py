"""What becomes of one sent invoice: decrypted, judged, numbered and stored, or refused with the contract's status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from blink_tui.sandbox.clock import seconds
from blink_tui.sandbox.documents import Stamps
from blink_tui.sandbox.facts import Context, InvoiceFacts, UnreadableInvoiceError
from blink_tui.sandbox.keys import sha256_base64
from blink_tui.sandbox.metadata import read_invoice
from blink_tui.sandbox.quotas import ContextLimits, SessionLimits
from blink_tui.sandbox.references import new_reference
from blink_tui.sandbox.sending import (
    DUPLICATE,
    NO_ATTACHMENTS,
    SUCCESS,
    WRONG_CONTENT,
    WRONG_FILE,
    WRONG_KEY,
    WRONG_RIGHTS,
    SendingSession,
    SentInvoice,
    explained,
)
from blink_tui.sandbox.sessions import Status

if TYPE_CHECKING:
    from blink_tui.sandbox.state import Sandbox

_MEGABYTE = 1_000_000
_BLOCK_BITS = 128


class UndecryptableError(Exception):
    """The bytes are not AES-256-CBC with PKCS#7 under the session's key."""


def decrypted(data: bytes, key: bytes, iv: bytes) -> bytes:
    """Plain bytes. Raises UndecryptableError."""
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(iv)).decryptor()
    unpadder = padding.PKCS7(_BLOCK_BITS).unpadder()
    try:
        padded = decryptor.update(data) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError as error:
        raise UndecryptableError from error


@dataclass(frozen=True, slots=True)
class Claim:
    """What the sender says of an invoice."""

    hash: str
    size: int
    offline: bool = False
    file_name: str | None = None


def receive_encrypted(
    sandbox: Sandbox, session: SendingSession, claim: Claim, encrypted: bytes
) -> SentInvoice:
    """Take an invoice of an online session."""
    try:
        xml = decrypted(encrypted, session.key, session.iv)
    except UndecryptableError:
        return _take(sandbox, session, claim, WRONG_KEY)
    return receive(sandbox, session, claim, xml)


def receive(sandbox: Sandbox, session: SendingSession, claim: Claim, xml: bytes) -> SentInvoice:
    """Take an invoice in clear."""
    if len(xml) != claim.size or sha256_base64(xml) != claim.hash:
        wrong = explained(WRONG_FILE, "Rozmiar lub skrót faktury nie zgadza się z podanym.")
        return _take(sandbox, session, claim, wrong)
    try:
        facts = read_invoice(xml)
    except UnreadableInvoiceError as error:
        return _take(sandbox, session, claim, explained(WRONG_FILE, str(error)))
    refusal = _refusal(sandbox, session, facts, len(xml))
    if refusal is not None:
        return _take(sandbox, session, claim, refusal, facts)
    original = sandbox.sending.original(facts.seller.value or "", facts.kind, facts.number)
    if original is not None:
        where = f" w sesji: {original[0]}" if original[0] else ""
        told = f"Faktura o numerze KSeF: {original[1]} została już prawidłowo przesłana do systemu{where}"
        sent = _take(sandbox, session, claim, explained(DUPLICATE, f"Duplikat faktury. {told}"), facts)
        sent.original = original
        return sent
    sent = _take(sandbox, session, claim, SUCCESS, facts)
    stamps = Stamps(sent.taken, (sent.taken + sent.ready_at) // 2, sent.ready_at)
    sent.document = sandbox.intake.store(xml, facts, stamps)
    sandbox.sending.remember(session, sent.document)
    return sent


def _refusal(sandbox: Sandbox, session: SendingSession, facts: InvoiceFacts, size: int) -> Status | None:
    limits = sandbox.context_limits.get(session.context, ContextLimits())
    if size > _largest(limits.online_session if session.kind == "Online" else limits.batch_session, facts):
        return explained(WRONG_FILE, f"Przekroczono dozwolony rozmiar faktury: {size} B.")
    if facts.form != session.form:
        return explained(WRONG_CONTENT, "Kod formularza faktury jest inny niż zadeklarowany w sesji.")
    if not _may_send(session.context, facts):
        return WRONG_RIGHTS
    if facts.attachment and session.context[1] not in sandbox.people.attachments:
        return NO_ATTACHMENTS
    return None


def _largest(limits: SessionLimits, facts: InvoiceFacts) -> int:
    with_attachment, without = limits.max_invoice_with_attachment_size_in_mb, limits.max_invoice_size_in_mb
    return (with_attachment if facts.attachment else without) * _MEGABYTE


def _may_send(context: Context, facts: InvoiceFacts) -> bool:
    """The seller, a buyer who bills himself or buys from a farmer, and who is authorised on the invoice."""
    nip = context[1].partition("-")[0]
    if nip == facts.seller.value or (facts.authorized is not None and nip == facts.authorized.value):
        return True
    return nip == facts.buyer.value and (facts.self_invoicing or facts.form.value == "FA_RR")


def _take(
    sandbox: Sandbox,
    session: SendingSession,
    claim: Claim,
    outcome: Status,
    facts: InvoiceFacts | None = None,
) -> SentInvoice:
    now = sandbox.clock.now()
    sent = SentInvoice(
        reference=new_reference("EE", now),
        ordinal=len(session.invoices) + 1,
        hash=claim.hash,
        taken=now,
        ready_at=now + seconds(sandbox.options.processing_delay),
        outcome=outcome,
        number=facts.number if facts else None,
        file_name=claim.file_name,
        offline=claim.offline,
    )
    session.invoices.append(sent)
    return sent
