"""What can be wrong with a certificate before KSeF is asked, each with a sentence and what to do.

The sentences name the certificate, not a firm: one certificate of the office may log in for many.
"""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.model.errors import ErrorKind, ExitCode


def _misused(code: str, text: str) -> ErrorKind:
    return ErrorKind(code, ExitCode.USAGE, text)


def _refused(code: str, text: str) -> ErrorKind:
    return ErrorKind(code, ExitCode.CREDENTIAL_REFUSED, text)


# The files
NOT_A_CERTIFICATE = _misused(
    "not-a-certificate",
    N_(
        "The file given as the certificate holds no certificate. Give the one that came with the private key."
    ),
)
NOT_A_KEY = _misused(
    "not-a-key",
    N_(
        "The file given as the private key holds no private key. Give the one that came with the certificate."
    ),
)
NOT_PKCS12 = _misused(
    "not-pkcs12",
    N_("The file given as a certificate with its key (.p12, .pfx) is none, or holds only one of the two."),
)
PASSPHRASE_MISSING = _misused(
    "passphrase-missing",
    N_("The private key of the certificate is encrypted. Give its passphrase."),
)
PASSPHRASE_WRONG = _misused(
    "passphrase-wrong",
    N_("The passphrase does not open the private key of the certificate. Enter it again."),
)
KEY_OF_ANOTHER = _misused(
    "key-of-another-certificate",
    N_(
        "The private key does not belong to the certificate {name}. Give the two files that were made together."
    ),
)

# The certificate
KEY_UNFIT = _refused(
    "certificate-key-unfit",
    N_(
        "The key of the certificate is too weak or of a kind that KSeF does not take ({key}). "
        "Obtain a certificate with an RSA key of 2048 bits or an EC key of 256 bits at least."
    ),
)
CERTIFICATE_OFFLINE = _refused(
    "certificate-offline",
    N_(
        "The certificate {name} is of type Offline: it confirms invoices issued without KSeF and cannot log in. "
        "Obtain one of type Authentication in KSeF and register it."
    ),
)
CERTIFICATE_EXPIRED = _refused(
    "certificate-expired",
    N_("The certificate {name} expired on {day}. Obtain a new one and register it."),
)
CERTIFICATE_NOT_YET = _refused(
    "certificate-not-yet-valid",
    N_(
        "The certificate {name} is valid only from {day}. Wait until then, or check the date of this computer "
        "if it is past."
    ),
)
NOT_A_BUNDLE = _refused(
    "certificate-not-kept",
    N_("What the vault keeps is no certificate with its private key. Register the certificate again."),
)
