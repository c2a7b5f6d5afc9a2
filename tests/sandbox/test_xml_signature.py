"""Signatures: those of foreign programs are right, and wrong once spoiled; what no honest signer makes is refused."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from blink_tui.sandbox.auth_request import read_request
from blink_tui.sandbox.errors import ApiError
from blink_tui.sandbox.subjects import subject_of
from blink_tui.sandbox.xml_signature import verify
from tests.sandbox.signing import PSS_SHA256, Identity, Manner, document, identity, rsa_key, seal, sign

SIGNED = Path(__file__).parent / "signed"
"""Made once by ksef-client and by libxmlsec, with keys that have been thrown away."""
NIP = "5265877635"
CHALLENGE = "20250514-CR-226FB7B000-3ACF9BE4C0-10"
REQUEST = document(CHALLENGE, ("Nip", NIP))
NEGATIVE = "Podpis zweryfikowany negatywnie."
PROFILE = "Format podpisu niezgodny z akceptowanymi profilami XAdES."


def refusal(body: bytes) -> tuple[int, str | None]:
    """KSeF's code of a document that is refused, with its detail."""
    with pytest.raises(ApiError) as caught:
        verify(body)
    assert caught.value.status == 400
    ((code, detail),) = caught.value.codes
    return code, detail


@pytest.mark.parametrize("name", sorted(path.name for path in SIGNED.iterdir()))
def test_documents_of_foreign_signers_are_right(name: str) -> None:
    signed = verify((SIGNED / name).read_bytes())
    assert subject_of(signed.certificate) == ("Nip", NIP)
    request = read_request(signed.root)
    assert request.challenge == CHALLENGE
    assert request.context[1].startswith(NIP)


Spoiler = Callable[[str], str]


def changed(pattern: str, replacement: str) -> Spoiler:
    """Replaces one place of a document."""

    def spoil(text: str) -> str:
        spoiled, count = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
        assert count == 1
        return spoiled

    return spoil


def other_certificate(text: str) -> str:
    """Puts somebody else's certificate of the same firm in."""
    stranger = base64.b64encode(seal(NIP).der).decode()
    return changed("(X509Certificate>).*?(</)", rf"\g<1>{stranger}\g<2>")(text)


def twice(text: str) -> str:
    """Repeats the signature."""
    found = re.search(r"<ds:Signature .*</ds:Signature>", text, re.DOTALL)
    assert found
    return text.replace(found[0], found[0] * 2)


def moved(text: str) -> str:
    """Hides the signature within the request."""
    found = re.search(r"<ds:Signature .*</ds:Signature>", text, re.DOTALL)
    assert found
    return text.replace(found[0], "").replace("<ContextIdentifier>", f"<ContextIdentifier>{found[0]}")


@pytest.mark.parametrize("name", sorted(path.name for path in SIGNED.iterdir()))
@pytest.mark.parametrize(
    ("spoil", "code", "detail"),
    [
        pytest.param(changed(NIP, "5265877636"), 9105, "Nieprawidłowa wartość skrótu", id="document"),
        pytest.param(
            changed("SigningTime>2", "SigningTime>1"), 9105, "Nieprawidłowa wartość", id="properties"
        ),
        pytest.param(
            changed(r"(<ds:DigestValue>)\S{4}", r"\1AAAA"), 9105, "Nieprawidłowa wartość", id="digest"
        ),
        pytest.param(changed(r"(SignatureValue>\s*)\S{8}", r"\1AAAAAAAA"), 9105, NEGATIVE, id="value"),
        pytest.param(changed("<ds:Reference ", '<ds:Reference Id="r" '), 9105, NEGATIVE, id="signed-info"),
        pytest.param(changed("(X509SerialNumber>)", r"\g<1>1"), 9105, "Numer seryjny", id="serial"),
        pytest.param(other_certificate, 9105, "Skrót certyfikatu", id="certificate"),
        pytest.param(changed("<ds:X509Certificate>.*?</ds:X509Certificate>", ""), 21115, None, id="none"),
        pytest.param(changed("<ds:Signature .*</ds:Signature>", ""), 9102, None, id="unsigned"),
        pytest.param(twice, 9103, None, id="two"),
        pytest.param(moved, 9105, PROFILE, id="moved"),
        pytest.param(changed(' Target="#', ' Target="#x'), 9105, PROFILE, id="target"),
    ],
)
def test_spoiled_ones_are_refused(name: str, spoil: Spoiler, code: int, detail: str | None) -> None:
    spoiled = spoil((SIGNED / name).read_text(encoding="utf-8"))
    found, told = refusal(spoiled.encode())
    assert found == code
    assert (told or "").startswith(detail or "")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 21001),
        (b"  ", 21001),
        ("<a>ą</a>".encode("iso-8859-2"), 21217),
        (b"<a>", 9101),
        (b"no xml", 9101),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 9101),
        (b"<a/>", 9102),
    ],
)
def test_what_is_no_signed_document_is_refused(body: bytes, code: int) -> None:
    assert refusal(body)[0] == code


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(lambda: seal(NIP, key=rsa_key()), id="rsa"),
        pytest.param(lambda: seal(NIP), id="p256"),
        pytest.param(lambda: seal(NIP, key=ec.generate_private_key(ec.SECP521R1())), id="p521"),
    ],
)
def test_keys_that_may_sign(who: Callable[[], Identity]) -> None:
    assert subject_of(verify(sign(REQUEST, who())).certificate) == ("Nip", NIP)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(lambda: rsa_key(1024), id="rsa-1024"),
        pytest.param(lambda: ec.generate_private_key(ec.SECP224R1()), id="p224"),
    ],
)
def test_weak_keys_are_refused(key: Callable[[], ec.EllipticCurvePrivateKey]) -> None:
    assert refusal(sign(REQUEST, seal(NIP, key=key()))) == (21115, "Nieprawidłowy typ lub długość klucza.")


@pytest.mark.parametrize(
    ("manner", "detail"),
    [
        (Manner(signs_properties=False), PROFILE),
        (Manner(signs_document=False), PROFILE),
        (Manner(properties_type=None), PROFILE),
        (Manner(transforms=()), PROFILE),
        (Manner(form="urn:form"), "Podpis złożony z użyciem niewspieranego algorytmu kryptograficznego."),
        (
            Manner(method="http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
            "Podpis złożony z użyciem niewspieranego algorytmu kryptograficznego.",
        ),
        (Manner(method=PSS_SHA256), NEGATIVE),
        (Manner(values="der"), NEGATIVE),
        (Manner(values="padded"), NEGATIVE),
    ],
)
def test_wrong_manners_are_refused(manner: Manner, detail: str) -> None:
    assert refusal(sign(REQUEST, seal(NIP), manner)) == (9105, detail)


def test_padding_is_the_one_that_was_named() -> None:
    who = identity(f"VATPL-{NIP}", key=rsa_key())
    right = sign(REQUEST, who, Manner(method=PSS_SHA256))
    assert verify(right).certificate == who.certificate
    pkcs1 = sign(REQUEST, who).replace(
        b"2001/04/xmldsig-more#rsa-sha256", b"2007/05/xmldsig-more#sha256-rsa-MGF1"
    )
    assert refusal(pkcs1) == (9105, NEGATIVE)


def test_id_that_names_two_things_is_refused() -> None:
    signed = sign(REQUEST.replace("<Challenge>", '<Challenge Id="properties">'), seal(NIP))
    assert refusal(signed) == (9105, PROFILE)


def test_certificate_that_is_none_is_refused() -> None:
    who = seal(NIP)
    signed = sign(REQUEST, who)
    inside = base64.b64encode(who.der)
    assert refusal(signed.replace(inside, b"AAAA"))[0] == 9105
    assert refusal(signed.replace(inside, b"%%%"))[0] == 9105
