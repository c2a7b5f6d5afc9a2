"""Every way in which KSeF lets a firm's credential not in, brought about in a real sandbox."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from blink_tui.buffer import Buffer
from blink_tui.ksef.certificates import CertificateCredential, load_certificate
from blink_tui.ksef.client import Credential as Access
from blink_tui.model.firms import Firm
from blink_tui.model.secret import Secret
from blink_tui.model.values import parse_nip
from blink_tui.sandbox import RunningSandbox
from blink_tui.sandbox.certificates import IssuedCertificate
from blink_tui.sandbox.sessions import refused_certificate
from blink_tui.sandbox.tokens import KsefToken
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.registration import described, register
from blink_tui.vault import Vault
from tests.ksef.certs import credential, key, key_file, name, usage

OFFICE = "3755880632"
NOW = datetime.now(UTC).replace(microsecond=0)
DAYS = (NOW - timedelta(days=100), NOW + timedelta(days=100))


def seal(
    nip: str, *extensions: x509.ExtensionType, days: tuple[datetime, datetime] = DAYS
) -> CertificateCredential:
    """A firm's self-made certificate."""
    return credential(
        "P-256",
        *extensions,
        subject=name(COMMON_NAME="Biuro", ORGANIZATION_IDENTIFIER=f"VATPL-{nip}"),
        days=days,
    )


def issued(
    sandbox: RunningSandbox, kind: str = "Authentication"
) -> tuple[CertificateCredential, IssuedCertificate]:
    """A certificate of the office that the sandbox itself issued."""
    private = key("P-384")
    subject = name(COMMON_NAME="Biuro", ORGANIZATION_IDENTIFIER=f"VATPL-{OFFICE}")
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(private, SHA256())
    now = sandbox.state.clock.now()
    known = sandbox.state.certificates.issue(request, kind, "biuro", ("Nip", OFFICE), now, now, now)
    pem = x509.load_der_x509_certificate(known.der).public_bytes(Encoding.PEM)
    return load_certificate(pem, key_file(private)), known


def set_up(sandbox: RunningSandbox, path: str, body: Mapping[str, object]) -> None:
    """An operation of the test environment."""
    httpx.post(f"{sandbox.url}/testdata/{path}", json=body).raise_for_status()


def fault(sandbox: RunningSandbox, **wrong: object) -> None:
    """Something that goes wrong from now on."""
    body = {"times": "always", **wrong}
    httpx.post(f"{sandbox.state.base}/_sandbox/faults", json=body).raise_for_status()


def permissions(sandbox: RunningSandbox, nip: str, *scopes: str) -> None:
    """What a client grants the office; nothing is a withdrawal of all."""
    parties = {
        "contextIdentifier": {"type": "Nip", "value": nip},
        "authorizedIdentifier": {"type": "Nip", "value": OFFICE},
    }
    if not scopes:
        return set_up(sandbox, "permissions/revoke", parties)
    granted = [{"permissionType": scope, "description": "Biuro prowadzi księgi"} for scope in scopes]
    return set_up(sandbox, "permissions", {**parties, "permissions": granted})


@dataclass(frozen=True)
class World:
    """A profile with an empty buffer and vault, a sandbox, and another one that is another environment."""

    buffer: Buffer
    vault: Vault
    clients: KsefClients
    sandbox: RunningSandbox
    elsewhere: RunningSandbox

    def token(self, nip: str, **changes: object) -> KsefToken:
        """The announced token of a firm, as KSeF keeps it, altered."""
        secret = next(firm.token for firm in self.sandbox.firms if firm.nip == nip)
        known = self.sandbox.state.tokens[secret]
        for field, value in changes.items():
            setattr(known, field, value)
        return known

    async def firm(self, nip: str, env: str | None = None) -> Firm:
        """A firm of the profile."""
        return await self.buffer.firms.add(parse_nip(nip), name=f"Firma {nip}", env=env or self.sandbox.url)

    async def keep(self, firm: Firm, access: Access) -> None:
        """A credential registered while KSeF could not be asked."""
        kind, vault_name, label, valid_to = described(access, firm)
        vault_name += f"/{firm.id}"  # a case must not share its certificate with another
        self.vault.put(
            vault_name, access.to_secret() if isinstance(access, CertificateCredential) else access
        )
        await self.buffer.credentials.add(kind, vault_name, label, [firm.id], valid_to)

    async def accepted(self, firm: Firm, access: Access) -> None:
        """A credential that KSeF accepted."""
        await register(self.buffer, self.vault, self.clients, [firm], access)


Case = Callable[[World, str], Awaitable[None]]


async def token_may_not_read(world: World, nip: str) -> None:
    token = world.token(nip, permissions=("InvoiceWrite",))
    await world.keep(await world.firm(nip), Secret(token.secret))


async def office_may_not_read(world: World, nip: str) -> None:
    permissions(world.sandbox, nip, "InvoiceWrite")
    await world.keep(await world.firm(nip), seal(OFFICE))


async def token_names_another_firm(world: World, nip: str) -> None:
    token = world.elsewhere.firms[0].token
    await world.keep(await world.firm(nip), Secret(token))


async def token_is_another_firms_by_ksef(world: World, nip: str) -> None:
    """A token of a shape that does not say whose it is."""
    shapeless = secrets.token_hex(32)
    other = world.sandbox.firms[0].nip
    world.sandbox.state.tokens[shapeless] = KsefToken("x", shapeless, ("Nip", other), 0, ("Nip", other))
    await world.keep(await world.firm(nip), Secret(shapeless))


async def token_revoked(world: World, nip: str) -> None:
    await world.keep(await world.firm(nip), Secret(world.token(nip, status="Revoked").secret))


async def token_inactive(world: World, nip: str) -> None:
    token = world.token(nip, active_from=world.sandbox.state.clock.now() * 2)
    await world.keep(await world.firm(nip), Secret(token.secret))


async def token_of_another_environment(world: World, nip: str) -> None:
    reference, context, _digest = world.token(nip).secret.split("|")
    await world.keep(await world.firm(nip), Secret(f"{reference}|{context}|{secrets.token_hex(32)}"))


async def certificate_of_another_environment(world: World, nip: str) -> None:
    permissions(world.sandbox, nip, "InvoiceRead")
    await world.keep(await world.firm(nip), issued(world.elsewhere)[0])


async def certificate_expired(world: World, nip: str) -> None:
    await world.keep(await world.firm(nip), seal(OFFICE, days=(DAYS[0], NOW - timedelta(days=1))))


async def certificate_expired_by_ksef(world: World, nip: str) -> None:
    """This computer's clock is behind KSeF's."""
    world.sandbox.state.login_outcomes["Nip", nip] = refused_certificate("Nieważny certyfikat")
    await world.keep(await world.firm(nip), seal(nip))


async def certificate_revoked(world: World, nip: str) -> None:
    access, known = issued(world.sandbox)
    known.revoked = True
    await world.keep(await world.firm(nip), access)


async def certificate_suspended(world: World, nip: str) -> None:
    access, known = issued(world.sandbox)
    known.blocked = True
    await world.keep(await world.firm(nip), access)


async def certificate_offline(world: World, nip: str) -> None:
    await world.keep(await world.firm(nip), seal(OFFICE, usage(signature=False, repudiation=True)))


async def never_granted(world: World, nip: str) -> None:
    await world.keep(await world.firm(nip), seal(OFFICE))


async def withdrawn(world: World, nip: str) -> None:
    permissions(world.sandbox, nip, "InvoiceRead")
    await world.accepted(await world.firm(nip), seal(OFFICE))
    permissions(world.sandbox, nip)


async def blocked(world: World, nip: str) -> None:
    set_up(world.sandbox, "context/block", {"contextIdentifier": {"type": "Nip", "value": nip}})
    await world.keep(await world.firm(nip), Secret(world.token(nip).secret))


async def address_not_allowed(world: World, nip: str) -> None:
    wrong = {"do": "answer", "operation": "*", "context": nip, "status": 403, "reason": "ip-not-allowed"}
    fault(world.sandbox, **wrong)
    await world.keep(await world.firm(nip), Secret(world.token(nip).secret))


async def subject_impossible(world: World, nip: str) -> None:
    wrong = {"do": "answer", "operation": "POST /auth/xades-signature", "status": 400, "code": 21117}
    fault(world.elsewhere, **wrong)
    await world.keep(await world.firm(nip, world.elsewhere.url), seal(OFFICE))


async def holder_deceased(world: World, nip: str) -> None:
    person = {
        "nip": nip,
        "pesel": "88102341294",
        "description": "Osoba",
        "isDeceased": True,
        "isBailiff": False,
    }
    set_up(world.sandbox, "person", person)
    await world.keep(await world.firm(nip), seal(nip))


async def nothing_registered(world: World, nip: str) -> None:
    await world.firm(nip)


async def secret_spoilt(world: World, nip: str) -> None:
    firm = await world.firm(nip)
    await world.keep(firm, seal(nip))
    held = await world.buffer.credentials.for_firm(firm.id)
    assert held is not None
    world.vault.put(held.vault_name, Secret("not a certificate"))


@dataclass(frozen=True)
class Expected:
    """The error's code, and the way on as its sentence tells it in both languages."""

    case: Case
    code: str
    english: str
    polish: str


EXPECTED = (
    Expected(token_may_not_read, "missing-permission", "InvoiceRead", "InvoiceRead"),
    Expected(office_may_not_read, "missing-permission", "Grant it the right", "Nadaj mu uprawnienie"),
    Expected(token_names_another_firm, "token-of-other-firm", "while logged in as firm", "zalogowan"),
    Expected(token_is_another_firms_by_ksef, "token-of-other-firm", "another firm", "inn"),
    Expected(token_revoked, "token-revoked", "Generate a new token", "nowy token"),
    Expected(token_inactive, "token-inactive", "is not active", "nieaktywny"),
    Expected(token_of_another_environment, "token-unknown", "check the firm's environment", "środowisk"),
    Expected(certificate_of_another_environment, "certificate-chain", "the firm's environment", "środowisk"),
    Expected(certificate_expired, "certificate-expired", "Obtain a new one", "nowy"),
    Expected(certificate_expired_by_ksef, "certificate-invalid", "Renew it in KSeF", "Odnów"),
    Expected(certificate_revoked, "certificate-revoked", "Obtain a new one", "nowy"),
    Expected(certificate_suspended, "certificate-suspended", "Have it restored", "zawieszony"),
    Expected(certificate_offline, "certificate-offline", "type Authentication", "Authentication"),
    Expected(never_granted, "no-rights", "Ask the firm to grant", "InvoiceRead"),
    Expected(withdrawn, "right-withdrawn", "the access worked until", "działał do"),
    Expected(blocked, "context-blocked", "Contact the Ministry of Finance", "Ministerstw"),
    Expected(address_not_allowed, "ip-not-allowed", "Use it where it is allowed", "adres"),
    Expected(subject_impossible, "subject-impossible", "Use another credential", "inn"),
    Expected(holder_deceased, "holder-deceased", "Use another one", "zmarł"),
    Expected(nothing_registered, "no-credential", "blink credential add", "blink credential add"),
    Expected(secret_spoilt, "certificate-not-kept", "Register the certificate again", "ponownie"),
)


def profile_folder(home: Path) -> Path:
    """Where the command line keeps the default profile of a home."""
    return home / "data" / "default"
