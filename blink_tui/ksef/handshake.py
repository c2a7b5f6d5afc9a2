"""When a connection is not safe: what a failed handshake means, and who it was that answered."""

from __future__ import annotations

import base64
import http.client
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

import httpx

from blink_tui.i18n import N_
from blink_tui.model.errors import ErrorKind, ExitCode

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name

TLS_FAILED = ErrorKind(
    "ksef-tls",
    ExitCode.KSEF_UNAVAILABLE,
    N_(
        "The connection to KSeF for firm {firm} is not safe: the other side did not prove that it is KSeF. "
        "Ask whoever looks after the network; nothing was sent."
    ),
)
TLS_ISSUER = ErrorKind(
    "ksef-tls-issuer",
    ExitCode.KSEF_UNAVAILABLE,
    N_(
        "The certificate shown in KSeF's place for firm {firm} comes from an issuer that this computer does not trust:"
        " most often a proxy or an antivirus program that looks into encrypted traffic. Have KSeF excepted from that,"
        " or name the file with its authority in SSL_CERT_FILE; nothing was sent."
    ),
)
TLS_NAME = ErrorKind(
    "ksef-tls-name",
    ExitCode.KSEF_UNAVAILABLE,
    N_(
        "What answers at KSeF's address for firm {firm} showed the certificate of another server; nothing was sent."
        " Check the firm's environment, or ask whoever looks after the network."
    ),
)
TLS_DATE = ErrorKind(
    "ksef-tls-date",
    ExitCode.KSEF_UNAVAILABLE,
    N_(
        "The certificate of KSeF's server has expired or is not valid yet, so firm {firm} was not asked for. Check the"
        " date and time of this computer; if they are right, ask whoever looks after the network."
    ),
)
AUTHORITIES_UNREADABLE = ErrorKind(
    "authorities-unreadable",
    ExitCode.KSEF_UNAVAILABLE,
    N_(
        "The certificates that this computer shall trust cannot be read from {file}, which the variable {variable}"
        " names. Put it right or take it away."
    ),
)

_BY_VERIFY_CODE = {
    9: TLS_DATE, 10: TLS_DATE,  # not yet valid, expired
    18: TLS_ISSUER, 19: TLS_ISSUER, 20: TLS_ISSUER, 21: TLS_ISSUER,  # self-signed, or of an unknown issuer
    62: TLS_NAME, 64: TLS_NAME,  # another host, another address
}  # fmt: skip
"""OpenSSL's X509_V_ERR codes."""
_PATIENCE_SECONDS = 4.0


def kind_of_handshake(error: ssl.SSLError) -> ErrorKind:
    """What went wrong when the other side was to prove who it is."""
    return _BY_VERIFY_CODE.get(getattr(error, "verify_code", 0), TLS_FAILED)


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate as a server showed it, believed or not."""

    names: tuple[str, ...]
    """Whom it is for: its host names, else its subject."""
    issuer: str
    until: datetime


def shown_by(url: httpx.URL, proxy: str | None) -> Shown | None:
    """The certificate that an address shows, to name who it is; nothing is sent to it, and nothing believed.

    Blocks for some seconds at the most. None where it shows none.
    """
    if proxy is not None and proxy.lower().startswith("https://"):
        return None  # http.client would tell it its password in clear
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only to read the certificate that was refused
    host, port = url.host, url.port or 443
    try:
        connection = _connection(host, port, proxy, context)
        try:
            connection.connect()
            der = connection.sock.getpeercert(binary_form=True)
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException):
        return None
    return read_shown(der) if der else None


def _connection(
    host: str, port: int, proxy: str | None, context: ssl.SSLContext
) -> http.client.HTTPSConnection:
    if proxy is None:
        return http.client.HTTPSConnection(host, port, timeout=_PATIENCE_SECONDS, context=context)
    way = httpx.URL(proxy if "://" in proxy else f"http://{proxy}")
    connection = http.client.HTTPSConnection(
        way.host, way.port or 80, timeout=_PATIENCE_SECONDS, context=context
    )
    login = base64.b64encode(unquote(way.userinfo.decode()).encode()).decode()
    connection.set_tunnel(host, port, {"Proxy-Authorization": f"Basic {login}"} if way.userinfo else None)
    return connection


def read_shown(der: bytes) -> Shown | None:
    """What a certificate says of itself; None for one that cannot be read."""
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(der)
        return Shown(_names(certificate), _name(certificate.issuer), certificate.not_valid_after_utc)
    except ValueError:
        return None


def _names(certificate: Certificate) -> tuple[str, ...]:
    from cryptography import x509

    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(str(name) for name in alternatives.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        names = ()
    return names or (_name(certificate.subject),)


def _name(name: Name) -> str:
    """The common name, else the organisation, else all that is said."""
    from cryptography.x509.oid import NameOID

    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        found = name.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return name.rfc4514_string()
