from __future__ import annotations

import dataclasses
import resource
import stat
from pathlib import Path

import httpx
import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.client import KsefClient, Session
from blink_tui.ksef.parts import host_is_known
from blink_tui.ksef.wire import ExportPart
from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.model.secret import Secret
from tests.ksef.conftest import ManualClock
from tests.ksef.old_server import NIP, TOKEN
from tests.ksef.packing import encrypted, part_of
from tests.ksef.peer import Peer, Reply, Request

PLAIN = bytes(range(256)) * 10_000
SECRET = encrypted(PLAIN)
CALL = "GET //storage/part"
PROD = httpx.URL("https://api.ksef.mf.gov.pl/v2")
LOCAL = httpx.URL("http://127.0.0.1:8080/v2")


@pytest.fixture
def part(peer: Peer) -> ExportPart:
    return part_of(PLAIN, url=f"{peer.origin}/storage/part?sig=1")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "part"


def partial(target: Path) -> Path:
    return target.with_name("part.partial")


def content(path: Path) -> bytes:
    return path.read_bytes()


def leave(path: Path, left: bytes) -> None:
    path.write_bytes(left)


def exists(path: Path) -> bool:
    return path.exists()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def ranged(request: Request) -> Reply:
    """The rest of the part from where it was asked, or the whole."""
    asked = request.headers.get("range")
    if asked is None:
        return Reply(200, SECRET)
    start = int(asked.removeprefix("bytes=").removesuffix("-"))
    told = {"Content-Range": f"bytes {start}-{len(SECRET) - 1}/{len(SECRET)}"}
    return Reply(206, SECRET[start:], told)


@pytest.mark.parametrize(
    ("url", "base", "known"),
    [
        ("https://api.ksef.mf.gov.pl/storage/1", PROD, True),
        ("https://blob.storage.ksef.mf.gov.pl/1", PROD, True),
        ("https://confirmed.example.com/1", PROD, True),
        ("https://other.example.com/1", PROD, False),
        ("https://evilksef.mf.gov.pl/1", PROD, False),
        ("https://x.ksef.mf.gov.pl.example.com/1", PROD, False),
        ("https://user@api.ksef.mf.gov.pl/1", PROD, False),
        ("http://api.ksef.mf.gov.pl/1", PROD, False),
        ("http://127.0.0.1/1", PROD, False),
        ("ftp://api.ksef.mf.gov.pl/1", PROD, False),
        ("http://127.0.0.1:9/1", LOCAL, True),
        ("http://other.example.com/1", LOCAL, False),
        ("https://other.example.com/1", LOCAL, False),
        ("part", LOCAL, False),
        ("https://x:port/", PROD, False),
        ("https://api.ksef.mf.gov.pl:443/1", PROD, True),
        ("https://api.ksef.mf.gov.pl:8443/1", PROD, False),
        ("https://blob.ksef.mf.gov.pl:22/1", PROD, False),
        ("https://confirmed.example.com:8443/1", PROD, False),
        ("https://api.ksef.mf.gov.pl.attacker.example/1", PROD, False),
        ("https://attacker.example/.ksef.mf.gov.pl/1", PROD, False),
        ("https://attacker.example?.ksef.mf.gov.pl", PROD, False),
        ("https://attacker.example#.ksef.mf.gov.pl", PROD, False),
        ("https://attacker.example\\.ksef.mf.gov.pl/1", PROD, False),
        ("https://attacker.example%2f.ksef.mf.gov.pl/1", PROD, False),
        ("https://attacker.example\uff0f.ksef.mf.gov.pl/1", PROD, False),
        ("https://api.ksef.mf.gov.pl@attacker.example/1", PROD, False),
        ("https://:@blob.ksef.mf.gov.pl/1", PROD, False),
        ("https://api.k\u0455ef.mf.gov.pl/1", PROD, False),
        ("https://xn--api-0be.ksef.mf.gov.pl/1", PROD, False),
        ("https://api.ksef\u3002mf.gov.pl/1", PROD, True),  # the same name in the end: the dot is a dot
        ("https://ksef.mf.gov.pl/1", PROD, False),
        ("https://192.168.0.1/1", PROD, False),
        ("https://[::1]/1", PROD, False),
        ("https://169.254.169.254/latest/meta-data", PROD, False),
        ("https://2130706433/1", PROD, False),
        ("https://localhost/1", PROD, False),
        ("//blob.ksef.mf.gov.pl/1", PROD, False),
        ("file:///etc/passwd", PROD, False),
        ("http://[::1]:9/1", LOCAL, True),
        ("http://127.0.0.1.attacker.example/1", LOCAL, False),
        ("http://192.168.0.1/1", LOCAL, False),
        ("http://0.0.0.0:9/1", LOCAL, False),
    ],
)
def test_hosts_that_links_may_lead_to(url: str, base: httpx.URL, known: bool) -> None:
    assert host_is_known(url, base, ["confirmed.example.com"]) is known


async def test_a_part_is_fetched_whole_and_without_a_bearer(
    session: Session, peer: Peer, part: ExportPart, target: Path
) -> None:
    async with Peer() as storage:
        storage.on(CALL, Reply(200, SECRET))
        elsewhere = dataclasses.replace(part, url=f"{storage.origin}/storage/part?sig=1")
        await session.download_part(elsewhere, target)
        (asked,) = storage.requests
    assert "authorization" not in asked.headers
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.query == {"sig": "1"}
    assert content(target) == SECRET
    assert mode(target) == 0o600
    assert not exists(partial(target))


async def test_no_bearer_goes_to_the_api_host_either(
    session: Session, peer: Peer, part: ExportPart, target: Path
) -> None:
    peer.on(CALL, Reply(200, SECRET))
    await session.download_part(part, target)
    assert "authorization" not in peer.requests[-1].headers


async def test_an_unknown_host_is_not_asked(session: Session, part: ExportPart, target: Path) -> None:
    for url, shown in (
        ("https://storage.example.com/part?sig=secret", "storage.example.com"),
        ("nothing at all?sig=secret", "an unreadable address"),
        ("https://x:port/?sig=secret", "an unreadable address"),
    ):
        with pytest.raises(BlinkError) as caught:
            await session.download_part(dataclasses.replace(part, url=url), target)
        assert caught.value.kind is errors.PART_HOST_REFUSED
        assert shown in str(caught.value)
        assert "secret" not in f"{caught.value} {caught.value.cause} {caught.value.values}"


async def test_hosts_that_the_user_confirmed(
    peer: Peer, clock: ManualClock, part: ExportPart, target: Path
) -> None:
    async with KsefClient(peer.url, clock=clock, part_hosts=["ksef-storage.invalid"]) as client:
        session = await client.login("Nip", NIP, Secret(TOKEN))
        with pytest.raises(BlinkError) as caught:
            await session.download_part(
                dataclasses.replace(part, url="https://ksef-storage.invalid/1"), target
            )
    assert caught.value.kind is errors.UNREACHABLE or caught.value.kind is errors.HOST_UNKNOWN


async def test_what_is_there_already_is_not_fetched(
    session: Session, peer: Peer, part: ExportPart, target: Path
) -> None:
    leave(target, SECRET)
    await session.download_part(part, target)
    assert peer.asked(CALL) == []
    leave(target, bytes(len(SECRET)))
    peer.on(CALL, Reply(200, SECRET))
    await session.download_part(part, target)
    assert content(target) == SECRET


async def test_a_broken_download_goes_on_where_it_broke(
    session: Session, peer: Peer, part: ExportPart, target: Path
) -> None:
    peer.on(CALL, Reply(200, SECRET, cut=1_500_000), ranged)
    await session.download_part(part, target)
    first, second = peer.asked(CALL)
    assert "range" not in first.headers
    start = int(second.headers["range"].removeprefix("bytes=").removesuffix("-"))
    assert 1_500_000 - 256 * 1024 < start <= 1_500_000
    assert content(target) == SECRET


async def test_a_later_call_takes_up_what_is_left(
    session: Session, peer: Peer, part: ExportPart, target: Path
) -> None:
    leave(partial(target), SECRET[:1000])
    peer.on(CALL, ranged)
    await session.download_part(part, target)
    assert peer.requests[-1].headers["range"] == "bytes=1000-"
    assert content(target) == SECRET


async def test_nothing_is_asked_when_all_was_left(
    session: Session, peer: Peer, part: ExportPart, target: Path
) -> None:
    leave(partial(target), SECRET)
    await session.download_part(part, target)
    assert peer.asked(CALL) == []
    assert content(target) == SECRET


async def test_a_server_without_ranges_starts_again(
    session: Session, peer: Peer, part: ExportPart, target: Path
) -> None:
    leave(partial(target), b"x" * 1000)
    peer.on(CALL, Reply(200, SECRET))
    await session.download_part(part, target)
    assert content(target) == SECRET


async def test_what_is_left_of_another_part_is_thrown_away(
    session: Session, peer: Peer, part: ExportPart, target: Path
) -> None:
    leave(partial(target), bytes(len(SECRET) + 1))
    peer.on(CALL, ranged)
    await session.download_part(part, target)
    assert "range" not in peer.requests[-1].headers


async def test_a_range_that_does_not_exist_starts_again(
    session: Session, peer: Peer, part: ExportPart, target: Path
) -> None:
    leave(partial(target), SECRET[:1000])
    peer.on(CALL, Reply(416), ranged)
    await session.download_part(part, target)
    assert "range" not in peer.requests[-1].headers
    assert content(target) == SECRET


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        (Reply(200, bytes(len(SECRET))), b""),
        (Reply(200, SECRET + b"more"), b""),
        (
            Reply(206, SECRET[999:], {"Content-Range": f"bytes 999-{len(SECRET) - 1}/{len(SECRET)}"}),
            SECRET[:1000],
        ),
        (
            Reply(206, SECRET[1000:], {"Content-Range": f"bytes 1000-{len(SECRET) - 1}/{len(SECRET)}"}),
            bytes(1000),
        ),
    ],
)
async def test_a_damaged_part_is_thrown_away(
    session: Session, peer: Peer, part: ExportPart, target: Path, reply: Reply, left: bytes
) -> None:
    if left:
        leave(partial(target), left)
    peer.on(CALL, reply)
    with pytest.raises(BlinkError) as caught:
        await session.download_part(part, target)
    assert caught.value.kind is errors.PART_DAMAGED
    assert len(peer.asked(CALL)) == 1
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("reply", "kind", "times"),
    [
        (Reply(403), errors.PART_LINK_EXPIRED, 1),
        (Reply(404), errors.PART_LINK_EXPIRED, 1),
        (Reply(410), errors.PART_LINK_EXPIRED, 1),
        (Reply(302, b"", {"Location": "https://example.com/"}), errors.REDIRECTED, 1),
        (Reply(500), errors.SERVER_FAILED, 1),
        (Reply(503), errors.SERVER_AWAY, 3),
        (Reply(200, SECRET, cut=0), errors.CONNECTION_LOST, 3),
        (Reply(200, SECRET[:-1]), errors.CONNECTION_LOST, 3),
    ],
)
async def test_parts_that_do_not_come(
    session: Session, peer: Peer, part: ExportPart, target: Path, reply: Reply, kind: ErrorKind, times: int
) -> None:
    peer.on(CALL, reply)
    with pytest.raises(BlinkError) as caught:
        await session.download_part(part, target)
    assert caught.value.kind is kind
    assert len(peer.asked(CALL)) == times
    assert not exists(target)


async def test_a_disk_that_refuses(session: Session, peer: Peer, part: ExportPart, tmp_path: Path) -> None:
    peer.on(CALL, Reply(200, SECRET))
    with pytest.raises(BlinkError) as caught:
        await session.download_part(part, tmp_path / "no such folder" / "part")
    assert caught.value.kind is errors.PART_NOT_WRITTEN


async def test_a_disk_that_fills_up(session: Session, peer: Peer, part: ExportPart, target: Path) -> None:
    peer.on(CALL, Reply(200, SECRET))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(BlinkError) as caught:
            await session.download_part(part, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.kind is errors.PART_NOT_WRITTEN
    assert not exists(target)
    await session.download_part(part, target)
    assert content(target) == SECRET
