"""Addresses from which a session may be used, as its login asked (AuthorizationPolicy of the contract)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network


@dataclass(frozen=True, slots=True)
class AllowedIps:
    """Ranges of addresses, both ends included; none at all allows every address."""

    ranges: tuple[tuple[IPv4Address, IPv4Address], ...] = ()

    def admits(self, address: str) -> bool:
        """The address lies in one of the ranges; what is no IPv4 address lies in none."""
        if not self.ranges:
            return True
        try:
            client = IPv4Address(address)
        except AddressValueError:
            return False
        return any(first <= client <= last for first, last in self.ranges)


ANYWHERE = AllowedIps()


def allowed_ips(addresses: Iterable[str], ranges: Iterable[str], masks: Iterable[str]) -> AllowedIps:
    """A policy of single addresses, `first-last` ranges and CIDR masks. Raises ValueError."""
    pairs = [(IPv4Address(text), IPv4Address(text)) for text in addresses]
    for text in ranges:
        first, _, last = text.partition("-")
        pairs.append((IPv4Address(first), IPv4Address(last)))
    for text in masks:
        network = IPv4Network(text, strict=False)
        pairs.append((network[0], network[-1]))
    if any(first > last for first, last in pairs):
        raise ValueError("a range ends before it begins")
    return AllowedIps(tuple(pairs))
