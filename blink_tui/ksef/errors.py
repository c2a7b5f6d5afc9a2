"""Everything that can go wrong between this program and KSeF, each with a sentence and what to do."""

from __future__ import annotations

from typing import Any

from blink_tui.i18n import N_
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode


class AskedToWaitError(BlinkError):
    """KSeF refuses requests for a while; `retry_after` is how many whole seconds, to be honoured whole."""

    def __init__(self, kind: ErrorKind, retry_after: int, **details: Any) -> None:
        super().__init__(kind, seconds=retry_after, **details)
        self.retry_after = retry_after


def _refused(code: str, text: str) -> ErrorKind:
    return ErrorKind(code, ExitCode.CREDENTIAL_REFUSED, text)


def _unavailable(code: str, text: str) -> ErrorKind:
    return ErrorKind(code, ExitCode.KSEF_UNAVAILABLE, text)


def _failed(code: str, text: str) -> ErrorKind:
    return ErrorKind(code, ExitCode.FAILED, text)


# Limits
LIMITS = ErrorKind(
    "ksef-limits",
    ExitCode.LIMITS_EXHAUSTED,
    N_("KSeF takes no more requests for firm {firm} for {seconds} s. Nothing is lost; try again after that."),
)
EXPORTS_RUNNING = ErrorKind(
    "ksef-exports-running",
    ExitCode.LIMITS_EXHAUSTED,
    N_("KSeF is already preparing as many packages for firm {firm} as it allows. Try again later."),
)

# The token
TOKEN_UNKNOWN = _refused(
    "token-unknown",
    N_(
        "KSeF does not know the token of firm {firm}: it was mistyped or belongs to another KSeF environment. "
        "Enter it again, or check the firm's environment."
    ),
)
TOKEN_MALFORMED = _refused(
    "token-malformed",
    N_(
        "What was entered as the token of firm {firm} is not a KSeF token. Copy it again, whole, and enter it."
    ),
)
TOKEN_OTHER_FIRM = _refused(
    "token-of-other-firm",
    N_(
        "The token entered for firm {firm} was issued for {owner}. "
        "Generate a token in KSeF while logged in as firm {firm} and enter that one."
    ),
)
TOKEN_REVOKED = _refused(
    "token-revoked",
    N_("The token of firm {firm} has been revoked. Generate a new token in KSeF and enter it."),
)
TOKEN_INACTIVE = _refused(
    "token-inactive",
    N_(
        "The token of firm {firm} is not active. If it was generated a moment ago, try again shortly; "
        "otherwise generate a new one in KSeF."
    ),
)
TOKEN_REFUSED = _refused(
    "token-refused",
    N_("KSeF refused the token of firm {firm}. Generate a new token in KSeF and enter it."),
)
TOKEN_TIME_REFUSED = _unavailable(
    "token-time-refused",
    N_("KSeF held the login of firm {firm} for outdated. Try again."),
)
TOKEN_ENCRYPTION_REFUSED = _unavailable(
    "token-encryption-refused",
    N_("KSeF could not decrypt the token of firm {firm}, most likely because it changed its key. Try again."),
)
CHALLENGE_REFUSED = _unavailable(
    "challenge-refused",
    N_("KSeF took the login of firm {firm} for too late or repeated. Try again."),
)

# The certificate
CERTIFICATE_INVALID = _refused(
    "certificate-invalid",
    N_("The certificate that logs in for firm {firm} has expired or is not valid yet. Renew it in KSeF."),
)
CERTIFICATE_CHAIN = _refused(
    "certificate-chain",
    N_(
        "KSeF could not verify who issued the certificate that logs in for firm {firm}. "
        "Use a certificate from KSeF, or check the firm's environment."
    ),
)
CERTIFICATE_UNTRUSTED = _refused(
    "certificate-untrusted",
    N_(
        "KSeF does not trust the issuer of the certificate that logs in for firm {firm}. "
        "Use a certificate from KSeF or a qualified one, or check the firm's environment."
    ),
)
CERTIFICATE_REVOKED = _refused(
    "certificate-revoked",
    N_("The certificate that logs in for firm {firm} has been revoked. Obtain a new one."),
)
CERTIFICATE_SUSPENDED = _refused(
    "certificate-suspended",
    N_("The certificate that logs in for firm {firm} is suspended. Have it restored, or use another one."),
)
CERTIFICATE_REFUSED = _refused(
    "certificate-refused",
    N_(
        "KSeF refused the certificate that logs in for firm {firm}. Check that it is one for authentication, "
        "not for offline invoices."
    ),
)
SIGNATURE_REFUSED = _refused(
    "signature-refused",
    N_(
        "KSeF refused the signature of the login for firm {firm}. Check that the key belongs to the certificate."
    ),
)
LOGIN_FORM_REFUSED = _failed(
    "login-form-refused",
    N_(
        "KSeF refused the form of the login for firm {firm}. Update the program; if it comes back, report it."
    ),
)

# Rights and the session
NO_RIGHTS = _refused(
    "no-rights",
    N_(
        "Nobody gave the holder of this credential a right to the invoices of firm {firm}, or it was withdrawn, "
        "or the NIP is wrong. Ask the firm to grant the right to view invoices (InvoiceRead) in KSeF."
    ),
)
MISSING_PERMISSION = _refused(
    "missing-permission",
    N_(
        "The credential of firm {firm} may not view invoices. Grant it the right to view invoices (InvoiceRead), "
        "or generate a token that has it."
    ),
)
GRANTS_HIDDEN = _refused(
    "grants-hidden",
    N_(
        "The credential of firm {firm} may not see which rights the firm was granted. Log in as the owner of the "
        "firm, or ask the owner for the right to view rights (CredentialsRead)."
    ),
)
SUBJECT_IMPOSSIBLE = _refused(
    "subject-impossible",
    N_(
        "The holder of this credential cannot log in for a firm of the kind of {firm}. Use another credential."
    ),
)
SESSION_REVOKED = _refused(
    "session-revoked",
    N_("The login for firm {firm} was ended by someone in KSeF. Log in again."),
)
SESSION_ENDED = _refused(
    "session-ended",
    N_(
        "KSeF no longer accepts the login for firm {firm}. Log in again; if it comes back, check the credential."
    ),
)
HOLDER_DECEASED = _refused(
    "holder-deceased",
    N_("KSeF refuses the credential of firm {firm}: its holder is registered as deceased. Use another one."),
)
CONTEXT_BLOCKED = _refused(
    "context-blocked",
    N_(
        "KSeF has blocked firm {firm} on suspicion of a security incident. Contact the Ministry of Finance. "
        "Nothing is asked for the firm until its access has been checked again (blink credential check)."
    ),
)
SECURITY_BLOCKED = _refused(
    "security-blocked",
    N_(
        "KSeF's protection stopped a request for firm {firm}. Contact the Ministry of Finance if it comes back."
    ),
)
IP_NOT_ALLOWED = _refused(
    "ip-not-allowed",
    N_(
        "The credential of firm {firm} may not be used from this internet address. Use it where it is allowed."
    ),
)
METHOD_NOT_ALLOWED = _refused(
    "method-not-allowed",
    N_("KSeF does not allow this with the kind of login that firm {firm} uses. Use another credential."),
)
CONTEXT_TYPE_NOT_ALLOWED = _refused(
    "context-type-not-allowed",
    N_("KSeF does not allow this for a firm of the kind of {firm}."),
)
RESOURCE_NOT_ALLOWED = _refused(
    "resource-not-allowed",
    N_("Firm {firm} has no access to what was asked of KSeF. Check the number and the firm."),
)
ACCESS_DENIED = _refused(
    "access-denied",
    N_("KSeF denied access for firm {firm}. Check the rights of its credential."),
)
LOGIN_REFUSED = _refused(
    "login-refused",
    N_("KSeF refused the login for firm {firm}. Check its credential."),
)
LOGIN_NOT_READY = _unavailable(
    "login-not-ready",
    N_("KSeF has not finished the login for firm {firm} in time. Try again later."),
)

# KSeF and the way to it
INSECURE_ADDRESS = ErrorKind(
    "insecure-address",
    ExitCode.USAGE,
    N_("The address {address} cannot be used for KSeF: it must begin with https://."),
)
UNREACHABLE = _unavailable(
    "ksef-unreachable",
    N_(
        "KSeF cannot be reached, so firm {firm} was not asked for. Check the internet connection and try again."
    ),
)
HOST_UNKNOWN = _unavailable(
    "ksef-host-unknown",
    N_(
        "The address of KSeF cannot be found on the internet, so firm {firm} was not asked for. "
        "Check the internet connection and the firm's environment."
    ),
)
TIMED_OUT = _unavailable(
    "ksef-timeout",
    N_("KSeF did not answer in time for firm {firm}. Try again later."),
)
CONNECTION_LOST = _unavailable(
    "ksef-connection-lost",
    N_("The connection to KSeF broke off while firm {firm} was asked for. Try again."),
)
SERVER_FAILED = _unavailable(
    "ksef-failed",
    N_("KSeF reported a failure of its own for firm {firm}. Try again later."),
)
SERVER_AWAY = _unavailable(
    "ksef-away",
    N_("KSeF is not available at the moment; firm {firm} will be asked for again. Try later."),
)
SERVER_PAUSED = _unavailable(
    "ksef-paused",
    N_("KSeF is not available and asks to wait {seconds} s; firm {firm} will be asked for after that."),
)
LATARNIA_SILENT = _unavailable(
    "latarnia-silent",
    N_("The Ministry's status service does not answer, so it is not known how KSeF is. Try again later."),
)
PROXY_ANSWERED = _unavailable(
    "not-ksef-answered",
    N_(
        "Something on the way (a proxy, a firewall, a login page of the network) answered in place of KSeF for "
        "firm {firm}. Ask whoever looks after the network."
    ),
)
ANSWER_UNREADABLE = _unavailable(
    "ksef-answer-unreadable",
    N_("KSeF's answer for firm {firm} cannot be read. Try again; if it comes back, update the program."),
)
REDIRECTED = _unavailable(
    "ksef-redirected",
    N_(
        "KSeF's address sent the request for firm {firm} elsewhere, which is refused. Check the firm's environment."
    ),
)
NO_KEY = _unavailable(
    "ksef-no-key",
    N_(
        "KSeF shows no public key that is valid today, so firm {firm} cannot be asked for. "
        "Check the date and time of this computer."
    ),
)
KEY_UNKNOWN = _unavailable(
    "ksef-key-unknown",
    N_("KSeF withdrew the public key it had given for firm {firm}. Try again."),
)

# Requests and documents
WRONG_ADDRESS = _failed(
    "ksef-wrong-address",
    N_("There is no KSeF service at the address of the environment of firm {firm}. Check the environment."),
)
REQUEST_REFUSED = _failed(
    "ksef-request-refused",
    N_("KSeF refused a request for firm {firm} as wrong. Update the program; if it comes back, report it."),
)
ROLE_IMPOSSIBLE = _failed(
    "role-impossible",
    N_("KSeF gives no documents in this role for firm {firm}. Turn this role off for the firm."),
)
EXPORT_UNCERTAIN = _unavailable(
    "export-uncertain",
    N_(
        "It is not known whether KSeF took the order for a package of firm {firm}. "
        "It will be asked for again later, so that the hourly limit is not used up."
    ),
)
EXPORT_UNKNOWN = _failed(
    "export-unknown",
    N_("KSeF does not know the package ordered for firm {firm}. It has to be ordered again."),
)
EXPORT_GONE = _failed(
    "export-gone",
    N_("The package ordered for firm {firm} is no longer kept by KSeF. It has to be ordered again."),
)
DOCUMENT_UNKNOWN = _failed(
    "document-unknown",
    N_("KSeF holds no such document for firm {firm}. Check the KSeF number."),
)
DOCUMENT_NOT_YET = _unavailable(
    "document-not-yet",
    N_("KSeF gave the document of firm {firm} a number but cannot hand it out yet. Try again later."),
)
DOCUMENT_GONE = _failed(
    "document-gone",
    N_("KSeF no longer keeps this document of firm {firm}."),
)
DOCUMENT_DAMAGED = _failed(
    "document-damaged",
    N_("A document of firm {firm} arrived different from what KSeF announced. It was not stored; try again."),
)
COLLECTIVES_NOT_OFFERED = _failed(
    "collectives-not-offered",
    N_("KSeF does not tell of collective identifiers for firm {firm}: its version there is older than 2.7."),
)
NOTHING_NEW = ErrorKind(
    "nothing-new",
    ExitCode.DONE,
    N_("KSeF has nothing new for firm {firm} yet."),
)

# Parts and packages
PART_LINK_EXPIRED = _failed(
    "part-link-expired",
    N_("The link to a part of the package for firm {firm} has expired. A fresh one has to be asked for."),
)
PART_HOST_REFUSED = _failed(
    "part-host-refused",
    N_(
        "KSeF refers to {host} for the package of firm {firm}, which is not known as KSeF's. Nothing was fetched. "
        "If the Ministry announced this address, confirm it: blink config set ksef.part-hosts {host}"
    ),
)
PART_DAMAGED = _failed(
    "part-damaged",
    N_(
        "A part of the package for firm {firm} arrived damaged and was thrown away. It will be fetched again."
    ),
)
PART_NOT_WRITTEN = _failed(
    "part-not-written",
    N_("A part of the package for firm {firm} could not be written to the disk. Check the free space."),
)
PACKAGE_DAMAGED = _failed(
    "package-damaged",
    N_(
        "The package of documents cannot be unpacked: it is damaged. Nothing of it was taken; it will be ordered again."
    ),
)
PACKAGE_UNSAFE = _failed(
    "package-unsafe",
    N_(
        "The package of documents holds what no package of KSeF holds, so nothing of it was taken. Report it."
    ),
)
