"""The proxy that requests go through, as the environment names it (HTTPS_PROXY, ALL_PROXY, NO_PROXY)."""

from __future__ import annotations

from urllib.request import getproxies, proxy_bypass

import httpx

from blink_tui.i18n import N_
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode

PROXY_UNREACHABLE = ErrorKind(
    "proxy-unreachable",
    ExitCode.KSEF_UNAVAILABLE,
    N_(
        "The proxy {proxy} on the way to KSeF does not answer, so firm {firm} was not asked for. Check the variable"
        " HTTPS_PROXY, or ask whoever looks after the network."
    ),
)
PROXY_UNUSABLE = ErrorKind(
    "proxy-unusable",
    ExitCode.KSEF_UNAVAILABLE,
    N_(
        "The proxy {proxy} cannot be used. Put the variable HTTPS_PROXY right; it looks like http://host:port"
    ),
)


def proxy_of(url: httpx.URL) -> str | None:
    """The proxy for an address, as httpx takes it from the environment; None where requests go straight."""
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return None if proxy is None or proxy_bypass(url.host) else proxy


def proxy_shown(proxy: str) -> str:
    """A proxy for people: who logs in to it is left out."""
    scheme, separator, rest = proxy.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2].partition('/')[0]}"


def unusable(proxy: str, error: Exception) -> BlinkError:
    """That a proxy cannot be used; an address that cannot be read would be quoted, with its password."""
    cause = type(error).__name__ if isinstance(error, httpx.InvalidURL) else str(error)
    return BlinkError(PROXY_UNUSABLE, cause=cause, proxy=proxy_shown(proxy))
