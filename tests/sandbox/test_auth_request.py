"""The structure of AuthTokenRequest: both schemas, and everything that fits neither."""

from __future__ import annotations

import pytest
from lxml import etree

from blink_tui.sandbox.auth_request import read_request
from blink_tui.sandbox.errors import ApiError
from blink_tui.sandbox.policies import allowed_ips
from tests.sandbox.contract import SHARED
from tests.sandbox.signing import document

CHALLENGE = "20250514-CR-226FB7B000-3ACF9BE4C0-10"
NIP = "5265877635"
POLICY = (
    "<AuthorizationPolicy><AllowedIps><Ip4Address>192.168.0.1</Ip4Address><Ip4Range>10.0.0.1-10.0.0.9</Ip4Range>"
    "<Ip4Mask>172.16.0.0/12</Ip4Mask></AllowedIps></AuthorizationPolicy>"
)


def text(context: tuple[str, str] = ("Nip", NIP), **changes: str) -> str:
    """A request without a signature."""
    return document(CHALLENGE, context, **changes)


def parsed(body: str) -> etree._Element:
    return etree.fromstring(body.encode())


GOOD = [
    text(),
    text(version="2.0"),
    text(("InternalId", f"{NIP}-12345"), by="certificateFingerprint"),
    text(("NipVatUe", f"{NIP}-DE123456789")),
    text(("PeppolId", "PPL123456")),
    text(policy=POLICY),
    text(policy="<AuthorizationPolicy><AllowedIps/></AuthorizationPolicy>"),
    text().replace("<Challenge>", "<!-- a comment --><Challenge> ").replace("</Challenge>", "\n</Challenge>"),
    text().replace(
        "<AuthTokenRequest ",
        '<AuthTokenRequest xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" ',
    ),
]
BAD = {
    "namespace": text(version="3.0"),
    "root": text().replace("AuthTokenRequest", "InitSession"),
    "challenge": text().replace("-CR-", "-XX-"),
    "nip": text(("Nip", "0000000000")),
    "space": text(("Nip", f" {NIP}")),
    "comment in a value": text(("Nip", f"{NIP[:5]}<!-- -->{NIP[5:]}")),
    "internal id": text(("InternalId", NIP)),
    "context": text(("Pesel", "12345678901")),
    "subject": text(by="certificate"),
    "two contexts": text().replace("</ContextIdentifier>", f"<Nip>{NIP}</Nip></ContextIdentifier>"),
    "order": text()
    .replace("ContextIdentifier", "x")
    .replace("Challenge", "ContextIdentifier")
    .replace("<x", "<Challenge")
    .replace("</x", "</Challenge"),
    "missing": text().replace("<SubjectIdentifierType>certificateSubject</SubjectIdentifierType>", ""),
    "more": text().replace("</AuthTokenRequest>", "<More/></AuthTokenRequest>"),
    "stranger": text().replace("</AuthTokenRequest>", '<m:More xmlns:m="urn:m"/></AuthTokenRequest>'),
    "text": text().replace("</AuthTokenRequest>", "text</AuthTokenRequest>"),
    "attribute": text().replace("<Challenge>", '<Challenge a="1">'),
    "root's attribute": text().replace("<AuthTokenRequest ", '<AuthTokenRequest xml:lang="pl" '),
    "address": text(policy=POLICY.replace("192.168.0.1", "192.168.0.256")),
    "range": text(policy=POLICY.replace("10.0.0.9", "9.0.0.9")),
    "mask": text(policy=POLICY.replace("/12", "/33")),
    "addresses": text(
        policy=POLICY.replace("<AllowedIps>", "<AllowedIps>" + "<Ip4Address>1.1.1.1</Ip4Address>" * 10)
    ),
    "order of addresses": text(policy=POLICY.replace("Ip4Mask", "Ip4Address")),
    "policy": text(policy="<AuthorizationPolicy/>"),
}
_STRICTER = ("range", "comment in a value")
"""Refused although the schema lets them pass: ranges that end before they begin, values that hide a comment."""


@pytest.mark.parametrize("body", GOOD)
def test_good_ones_are_read(body: str) -> None:
    assert read_request(parsed(body)).challenge == CHALLENGE


@pytest.mark.parametrize("name", BAD)
def test_bad_ones_are_refused(name: str) -> None:
    with pytest.raises(ApiError) as caught:
        read_request(parsed(BAD[name]))
    assert caught.value.codes[0][0] == 21401


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of official schemas is absent")
def test_official_schema_agrees() -> None:
    """That of 2.1; the other has a pattern that XML Schema does not know."""
    file = SHARED / "ksef" / "xsd" / "auth" / "schemat_auth_v2-1.xsd"
    # Its authors meant the anchors as such; XML Schema takes them for characters.
    meant = file.read_text(encoding="utf-8").replace('"^', '"').replace('$"', '"')
    schema = etree.XMLSchema(etree.fromstring(meant.encode()))
    for body in GOOD:
        assert schema.validate(parsed(body)) == ("token/2.1" in body), body
    for name, body in BAD.items():
        assert schema.validate(parsed(body)) == (name in _STRICTER), name


def test_what_is_read() -> None:
    request = read_request(
        parsed(text(("InternalId", f"{NIP}-12345"), by="certificateFingerprint", policy=POLICY))
    )
    assert request.context == ("InternalId", f"{NIP}-12345")
    assert request.by_fingerprint
    admitted = ["192.168.0.1", "10.0.0.1", "10.0.0.9", "172.16.0.0", "172.31.255.255"]
    refused = ["192.168.0.2", "10.0.0.0", "10.0.0.10", "172.32.0.0", "::1", "", "name"]
    assert [ip for ip in (*admitted, *refused) if request.policy.admits(ip)] == admitted


def test_no_policy_admits_every_address() -> None:
    assert allowed_ips((), (), ()).admits("::1")
    assert not read_request(parsed(text())).by_fingerprint
