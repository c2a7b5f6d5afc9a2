from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from blink_tui.ksef import errors
from blink_tui.ksef.keys import KeyUsage, PublicKeys, choose, read_keys
from blink_tui.ksef.operations import Context
from blink_tui.ksef.transport import OpenGate, Transport
from blink_tui.model.errors import BlinkError
from tests.ksef.conftest import ManualClock
from tests.ksef.old_server import NIP, bare_key, decrypted, key_record
from tests.ksef.peer import Peer

FIRM = Context("Nip", NIP)
NOW = datetime(2026, 5, 14, 12, tzinfo=UTC)
TOKEN, SYMMETRIC = "KsefTokenEncryption", "SymmetricKeyEncryption"


def raw(*records: object) -> list[msgspec.Raw]:
    return [msgspec.Raw(json.dumps(record).encode()) for record in records]


def test_the_key_of_the_usage_valid_now_and_newest_is_chosen() -> None:
    keys = read_keys(
        raw(
            key_record(TOKEN, publicKeyId="other usage", valid_from="2026-05-01T00:00:00Z"),
            key_record(SYMMETRIC, publicKeyId="old"),
            key_record(SYMMETRIC, publicKeyId="new", valid_from="2026-04-01T00:00:00.1234567Z"),
            key_record(SYMMETRIC, publicKeyId="future", valid_from="2026-06-01T00:00:00Z"),
            key_record(SYMMETRIC, publicKeyId="past", validTo="2026-05-14T12:00:00Z"),
        )
    )
    chosen = choose(keys, KeyUsage.SYMMETRIC_KEY, NOW)
    assert chosen is not None
    assert chosen.id == "new"
    assert choose(keys, KeyUsage.SYMMETRIC_KEY, NOW + timedelta(days=400)) is None


def test_bad_records_leave_the_good_ones() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = b64encode(curve.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    keys = read_keys(
        raw(
            {"certificate": 1},
            key_record(TOKEN, certificate="AAAA"),
            key_record(TOKEN, certificate=der),
            key_record(TOKEN, valid_from="once"),
            key_record(TOKEN, certificate=bare_key()),
        )
    )
    assert [key.id for key in keys] == [None]
    assert decrypted(keys[0].encrypt(b"secret")) == b"secret"


@pytest.fixture
async def keys(peer: Peer, clock: ManualClock) -> AsyncIterator[PublicKeys]:
    async with Transport(peer.url, clock, OpenGate(), None) as transport:
        yield PublicKeys(transport)


async def test_the_list_is_fetched_once_in_an_hour(keys: PublicKeys, peer: Peer, clock: ManualClock) -> None:
    await keys.get(KeyUsage.TOKEN, FIRM)
    await keys.get(KeyUsage.SYMMETRIC_KEY, FIRM)
    assert len(peer.requests) == 1
    clock.present += timedelta(hours=1)
    await keys.get(KeyUsage.TOKEN, FIRM)
    assert len(peer.requests) == 2
    keys.forget()
    await keys.get(KeyUsage.TOKEN, FIRM)
    assert len(peer.requests) == 3


async def test_no_key_is_valid(keys: PublicKeys, clock: ManualClock) -> None:
    clock.present += timedelta(days=3650)
    with pytest.raises(BlinkError) as caught:
        await keys.get(KeyUsage.TOKEN, FIRM)
    assert caught.value.kind is errors.NO_KEY
