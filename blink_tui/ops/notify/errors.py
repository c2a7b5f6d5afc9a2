"""What can be wrong with an address, and why a message did not arrive, in an administrator's words."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.model.errors import ErrorKind, ExitCode

ADDRESS_UNKNOWN = ErrorKind(
    "address-unknown",
    ExitCode.USAGE,
    N_("This is no address that notices can be sent to. It looks like mailtos://user:password@example.com"),
)
ADDRESS_IN_CLEAR = ErrorKind(
    "address-in-clear",
    ExitCode.USAGE,
    N_("Passwords and names would go over the network in clear. Use the form with TLS: {secure}://"),
)
ADDRESS_UNVERIFIED = ErrorKind(
    "address-unverified",
    ExitCode.USAGE,
    N_("The address lets any certificate pass, so anybody could listen. Take verify=no out of it."),
)
HOST_UNKNOWN = ErrorKind(
    "host-unknown",
    ExitCode.FAILED,
    N_("There is no server by this name, or DNS does not answer. Check the address."),
)
UNREACHABLE = ErrorKind(
    "unreachable",
    ExitCode.FAILED,
    N_("The server does not take connections. Check its port, and whether it runs."),
)
SILENT = ErrorKind(
    "silent", ExitCode.FAILED, N_("The server did not answer in time. It is tried again later.")
)
TLS_FAILED = ErrorKind(
    "tls-failed",
    ExitCode.FAILED,
    N_("The server's certificate is not accepted, or it speaks no TLS on this port. Nothing was sent."),
)
LOGIN_REFUSED = ErrorKind(
    "login-refused",
    ExitCode.CREDENTIAL_REFUSED,
    N_("The server refused the login. Give the address anew: blink notify add {target} --replace"),
)
RECIPIENT_REFUSED = ErrorKind(
    "recipient-refused",
    ExitCode.FAILED,
    N_("The server does not take mail for this recipient, or from this sender. Check the address."),
)
REDIRECTED = ErrorKind(
    "redirected",
    ExitCode.FAILED,
    N_("The server sends us elsewhere, where we do not follow. Give its right address."),
)
NOT_SENT = ErrorKind(
    "not-sent",
    ExitCode.FAILED,
    N_("The service did not take the message. It is tried again later."),
)

FAULTS = {
    kind.code: kind
    for kind in (
        ADDRESS_UNKNOWN, ADDRESS_IN_CLEAR, ADDRESS_UNVERIFIED, HOST_UNKNOWN, UNREACHABLE, SILENT, TLS_FAILED,
        LOGIN_REFUSED, RECIPIENT_REFUSED, REDIRECTED, NOT_SENT,
    )
}  # fmt: skip
"""Every kind by its code."""
