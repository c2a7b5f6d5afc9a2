"""AuthTokenRequest of both schemas, 2.0 and 2.1: structure and values (PROTOCOL 2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from blink_tui.sandbox.errors import ApiError, bad_request
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.policies import ANYWHERE, AllowedIps, allowed_ips

_NAMESPACES = tuple(f"http://ksef.mf.gov.pl/auth/token/{version}" for version in ("2.0", "2.1"))
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

_NIP = r"[1-9](?:\d[1-9]|[1-9]\d)\d{7}"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IP = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_PATTERNS = {
    "Challenge": r"\d{8}-CR-[A-F0-9]{10}-[A-F0-9]{10}-[A-F0-9]{2}",
    "Nip": _NIP,
    "InternalId": rf"{_NIP}-\d{{5}}",
    "NipVatUe": rf"{_NIP}-[A-Z]{{2}}[A-Z0-9+*]{{2,12}}",
    "PeppolId": r"P[A-Z]{2}[0-9]{6}",
    "SubjectIdentifierType": "certificateSubject|certificateFingerprint",
    "Ip4Address": _IP,
    "Ip4Range": f"{_IP}-{_IP}",
    "Ip4Mask": rf"{_IP}/(?:3[0-2]|[12]?\d)",
}
_CONTEXTS = ("Nip", "InternalId", "NipVatUe", "PeppolId")
_MOST_ADDRESSES = 10


@dataclass(frozen=True, slots=True)
class AuthTokenRequest:
    """What a signed document asks for."""

    challenge: str
    context: Context
    by_fingerprint: bool
    """Who logs in is told by the certificate's fingerprint, not by its subject."""
    policy: AllowedIps


def read_request(root: etree._Element) -> AuthTokenRequest:
    """The request of a document without its signature. Raises ApiError 400/21401."""
    name = etree.QName(root)
    if name.localname != "AuthTokenRequest" or name.namespace not in _NAMESPACES:
        raise _not_valid(f"Could not find global element '{name.text}'.")
    children = _children(root)
    names = [child for child, _ in children]
    required = ["Challenge", "ContextIdentifier", "SubjectIdentifierType"]
    if names not in (required, [*required, "AuthorizationPolicy"]):
        raise _not_valid(f"AuthTokenRequest: {', '.join(names)}")
    by_name = dict(children)
    context = _children(by_name["ContextIdentifier"])
    if len(context) != 1 or context[0][0] not in _CONTEXTS:
        raise _not_valid("ContextIdentifier")
    (kind, value), *_ = context
    policy = by_name.get("AuthorizationPolicy")
    return AuthTokenRequest(
        challenge=_value(by_name["Challenge"]),
        context=(kind, _value(value)),
        by_fingerprint=_value(by_name["SubjectIdentifierType"]) == "certificateFingerprint",
        policy=ANYWHERE if policy is None else _policy(policy),
    )


def _not_valid(detail: str) -> ApiError:
    return bad_request(21401, detail)


def _children(element: etree._Element) -> list[tuple[str, etree._Element]]:
    """The elements within, by local name; there may be no text, attribute or other namespace among them."""
    namespace = etree.QName(element).namespace
    _refuse_attributes(element)
    children: list[tuple[str, etree._Element]] = []
    texts = [element.text]
    texts += [child.tail for child in element]
    for child in element.iterchildren("*"):
        name = etree.QName(child)
        if name.namespace != namespace:
            raise _not_valid(name.text)
        children.append((name.localname, child))
    if any(text and text.strip() for text in texts):
        raise _not_valid(f"{etree.QName(element).localname}: text")
    return children


def _refuse_attributes(element: etree._Element) -> None:
    for attribute in element.attrib:
        name = str(attribute)
        if not name.startswith(_XSI):
            raise _not_valid(f"{etree.QName(element).localname}: {name}")


def _value(element: etree._Element) -> str:
    """The text of a simple element, in the form that its name demands."""
    name = etree.QName(element).localname
    _refuse_attributes(element)
    text = (element.text or "").strip() if name not in _CONTEXTS else element.text or ""
    if len(element) or not re.fullmatch(_PATTERNS[name], text, re.ASCII):
        raise _not_valid(f"{name}: {text}")
    return text


def _policy(element: etree._Element) -> AllowedIps:
    children = _children(element)
    if [name for name, _ in children] != ["AllowedIps"]:
        raise _not_valid("AuthorizationPolicy")
    addresses = _children(children[0][1])
    order = ("Ip4Address", "Ip4Range", "Ip4Mask")
    names = [name for name, _ in addresses]
    if not set(names) <= set(order) or names != sorted(names, key=order.index):
        raise _not_valid("AllowedIps")
    lists = [[_value(each) for name, each in addresses if name == kind] for kind in order]
    return _allowed(lists)


def _allowed(lists: Sequence[list[str]]) -> AllowedIps:
    if any(len(each) > _MOST_ADDRESSES for each in lists):
        raise _not_valid("AllowedIps")
    try:
        return allowed_ips(*lists)
    except ValueError as error:
        raise _not_valid(str(error)) from error
