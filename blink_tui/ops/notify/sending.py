"""What apprise is asked for: to take an address apart, and, in a process of its own, to send a message.

An address holds secrets, and both apprise's log and the exceptions of its libraries quote it. So none of their text
leaves this module: what they say is only looked through for why a message did not go.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.ops.notify import errors

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

_SMTP = re.compile(r"\((\d{3}), b?['\"]")
_HTTP = re.compile(r"\berror[ =:]+(\d{3})\b")
_ERRNO = re.compile(r"\[Errno (-?\d+)\]")
_SMTP_LOGIN = frozenset({"530", "534", "535", "538"})
_SMTP_ADDRESS = frozenset({"501", "550", "551", "553", "554"})
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_SIGNS: tuple[tuple[ErrorKind, re.Pattern[str], str], ...] = (
    (
        errors.LOGIN_REFUSED,
        re.compile(r"AUTH extension not supported|No suitable authentication"),
        "SMTP AUTH",
    ),
    (
        errors.HOST_UNKNOWN,
        re.compile(
            r"Name or service not known|[Nn]ame resolution|NameResolution|nodename nor servname|No address"
        ),
        "DNS",
    ),
    (
        errors.TLS_FAILED,
        re.compile(r"CERTIFICATE_VERIFY_FAILED|CertificateError"),
        "CERTIFICATE_VERIFY_FAILED",
    ),
    (errors.TLS_FAILED, re.compile(r"SSL|STARTTLS extension not supported"), "TLS"),
    (errors.SILENT, re.compile(r"timed out"), "timeout"),
    (errors.UNREACHABLE, re.compile(r"ProxyError"), "proxy"),
    (
        errors.UNREACHABLE,
        re.compile(r"refused|[Uu]nreachable|No route|reset by peer|unexpectedly closed|aborted"),
        "",
    ),
)
"""What exceptions say, the first that fits counts; and what is told of it."""


class Address(NamedTuple):
    """What may be shown of an address."""

    shown: str
    """Its scheme, and its host where that is no secret."""


class Fault(NamedTuple):
    """Why a message did not go: an error's code, and a technical cause in words of this program."""

    code: str
    cause: str


def look(url: str) -> Address | Fault:
    """Whether an address is one that messages may be sent to; nothing is sent."""
    with _listening():
        try:
            return Address(_shown(_service(url)))
        except BlinkError as error:
            return _fault(error)


def send(url: str, title: str, body: str) -> Iterator[Fault | None]:
    """Send a plain text; runs in a worker process. Yields None when the service took it."""
    with _listening() as said:
        try:
            service = _service(url)
            with _straight(service):
                sent = service.notify(body=fitted(body, _room(service, title)), title=title)
            yield None if sent else fault_of(said)
        except BlinkError as error:
            yield _fault(error)
        except Exception as error:  # noqa: BLE001,RUF100 - a service's own fault, whose text may quote the address
            yield Fault(errors.NOT_SENT.code, type(error).__name__)


def fault_of(said: Iterable[str]) -> Fault:
    """Why a message did not go, by what a service said while it tried."""
    told = "\n".join(line for line in said if "xception" in line or "error=" in line or "Failed to" in line)
    smtp, http, errno = _SMTP.search(told), _HTTP.search(told), _ERRNO.search(told)
    if smtp and smtp[1] in _SMTP_LOGIN:
        return Fault(errors.LOGIN_REFUSED.code, f"SMTP {smtp[1]}")
    if smtp:
        kind = errors.RECIPIENT_REFUSED if smtp[1] in _SMTP_ADDRESS else errors.NOT_SENT
        return Fault(kind.code, f"SMTP {smtp[1]}")
    for kind, sign, cause in _SIGNS:
        if sign.search(told):
            return Fault(kind.code, cause or (os.strerror(int(errno[1])) if errno else ""))
    if http:
        return Fault(_of_status(int(http[1])).code, f"HTTP {http[1]}")
    return Fault(errors.NOT_SENT.code, "")


def fitted(body: str, room: int) -> str:
    """A text of whole lines that is no longer than a service takes; its last line, which names it, stays."""
    if len(body) <= room:
        return body
    *lines, last = body.split("\n")
    end = f"\n…\n{last}"
    kept = ""
    for line in lines:
        if len(kept) + len(line) + 1 + len(end) > room:
            break
        kept += f"{line}\n"
    return (kept.rstrip("\n") + end)[:room]


def _of_status(status: int) -> ErrorKind:
    if status in (401, 403):
        return errors.LOGIN_REFUSED
    return errors.REDIRECTED if 300 <= status < 400 else errors.NOT_SENT


def _service(url: str) -> NotifyBase:
    """What apprise makes of an address. Raises BlinkError for one that is none, or that tells secrets to everybody."""
    from apprise import Apprise, AppriseAsset, NotifyFormat

    asset = AppriseAsset(
        app_id="blink-tui",
        app_desc="blink-tui",
        async_mode=False,
        http_redirects=False,
        interpret_emojis=False,
        interpret_escapes=False,
        pem_autogen=False,
        pgp_autogen=False,
    )
    service = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if service is None or isinstance(service, dict):
        raise BlinkError(errors.ADDRESS_UNKNOWN)
    if not service.verify_certificate:
        raise BlinkError(errors.ADDRESS_UNVERIFIED)
    if _in_clear(service):
        raise BlinkError(errors.ADDRESS_IN_CLEAR, secure=_names(service.secure_protocol)[0])
    service.notify_format = NotifyFormat.TEXT
    return service


def _in_clear(service: NotifyBase) -> bool:
    """Whether what is sent could be read on its way to another machine."""
    host = _host(service)
    if not host or _is_loopback(host):
        return False
    if getattr(service, "secure_mode", None) == "insecure":
        return True
    return _scheme(service) not in _names(service.secure_protocol)


def _host(service: NotifyBase) -> str:
    """Whom the service will connect to, or what it has in the host's place; empty for none."""
    return str(getattr(service, "smtp_host", None) or service.host or "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _scheme(service: NotifyBase) -> str:
    """The scheme as the service itself writes it: that of the protocol that it will speak."""
    url: str = service.url(privacy=True)  # type: ignore[no-untyped-call]  # apprise has few types
    return url.partition("://")[0]


def _names(protocol: object) -> tuple[str, ...]:
    if isinstance(protocol, str):
        return (protocol,)
    return tuple(map(str, protocol)) if isinstance(protocol, (tuple, list, set, frozenset)) else ("https",)


def _shown(service: NotifyBase) -> str:
    """What may be shown: many services have a token where others have the host."""
    host = _host(service)
    named = "host" in service.template_tokens and (_HOST.fullmatch(host) or _is_loopback(host))
    return f"{_scheme(service)}://{host if named else '…'}"


def _room(service: NotifyBase, title: str) -> int:
    """Characters for the text, that of a title that the service puts before it taken off."""
    return int(service.body_maxlen) - (len(title) + 4 if not service.title_maxlen else 0)


def _fault(error: BlinkError) -> Fault:
    return Fault(error.kind.code, str(error.values.get("secure", "")))


@contextmanager
def _straight(service: NotifyBase) -> Iterator[None]:
    """What may be sent in clear to this machine goes to it, and not through a proxy on another one."""
    host, names = _host(service), ("no_proxy", "NO_PROXY")
    before = {name: os.environ[name] for name in names if name in os.environ}
    if _is_loopback(host):
        os.environ.update(dict.fromkeys(names, "*"))
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(before)


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Hear what apprise says to its log, and let nobody else hear it."""
    said: list[str] = []

    class Heard(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    log, handler = logging.getLogger("apprise"), Heard()
    before = log.level, log.propagate
    log.setLevel(logging.DEBUG)
    log.propagate = False
    log.addHandler(handler)
    try:
        yield said
    finally:
        log.removeHandler(handler)
        log.setLevel(before[0])
        log.propagate = before[1]
