"""What can stop a pass besides KSeF's own answers."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.model.errors import ErrorKind, ExitCode

NO_CREDENTIAL = ErrorKind(
    "no-credential",
    ExitCode.CREDENTIAL_REFUSED,
    N_("Nothing is registered that logs in for this firm. Add a token: blink credential add --firm {firm}"),
)
RIGHT_WITHDRAWN = ErrorKind(
    "right-withdrawn",
    ExitCode.CREDENTIAL_REFUSED,
    N_(
        "The right to view the invoices of firm {firm} was withdrawn: the access worked until {day}. Ask the firm to"
        " grant it again in KSeF (InvoiceRead), or stop fetching for it: blink firm disable {firm}"
    ),
)
REFUSED_BEFORE = ErrorKind(
    "refused-before",
    ExitCode.CREDENTIAL_REFUSED,
    N_("KSeF refused the last login for firm {firm}. See why: blink credential check --firm {firm}"),
)
TOKEN_FOR_MANY = ErrorKind(
    "token-for-many",
    ExitCode.USAGE,
    N_("A token logs in for one firm only. Name one firm, or use a certificate for many."),
)
CLIENTS_NEED_CERTIFICATE = ErrorKind(
    "clients-need-certificate",
    ExitCode.USAGE,
    N_(
        "Firm {firm} logs in with a token, which cannot log in for its clients. Register a certificate for it first:"
        " blink credential add --firm {firm} --cert FILE --key FILE"
    ),
)
PACKAGE_DISAGREES = ErrorKind(
    "package-disagrees",
    ExitCode.FAILED,
    N_(
        "KSeF's accounts of {number} contradict one another, so nothing was taken as complete. It will be"
        " fetched anew in the next pass; after three times a person decides."
    ),
)
QUARANTINED = ErrorKind(
    "quarantined",
    ExitCode.FAILED,
    N_(
        "KSeF's accounts of {number} contradict one another each time it is fetched, so it stands in quarantine and"
        " this role of {firm} has stopped. Report it to the Ministry; to go on in spite of it:"
        " blink doc accept {number} --firm {firm} --reason REASON"
    ),
)
EXPORT_FAILED = ErrorKind(
    "export-failed",
    ExitCode.KSEF_UNAVAILABLE,
    N_("KSeF could not prepare the package. It will be ordered again in the next pass."),
)
EXPORT_STUCK = ErrorKind(
    "export-stuck",
    ExitCode.KSEF_UNAVAILABLE,
    N_("KSeF is still preparing the package. The next pass goes on with it."),
)
ORDER_UNCERTAIN = ErrorKind(
    "order-uncertain",
    ExitCode.KSEF_UNAVAILABLE,
    N_(
        "It is not known whether KSeF took the last order for a package of {firm}. It is ordered again after"
        " {until}; nothing is lost by it."
    ),
)
BUDGET_SPENT = ErrorKind(
    "budget-spent",
    ExitCode.LIMITS_EXHAUSTED,
    N_("This hour's requests for {firm} are used up. The next pass goes on exactly here."),
)
WINDOW_STANDS_STILL = ErrorKind(
    "window-stands-still",
    ExitCode.FAILED,
    N_(
        "More documents bear one moment of storage than fit into a package, so the way past it is not"
        " known. Nothing was skipped. Report this firm and the time {instant} to the Ministry."
    ),
)
WORKER_DIED = ErrorKind(
    "worker-died",
    ExitCode.FAILED,
    N_("A helper process was ended from outside. Nothing is lost; start again."),
)
