"""`blink notify`: an address is kept in the vault and shown nowhere; what went wrong is told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.conftest import Blink
from tests.ops.notify.servers import (
    APPRISE_IS_OLD,
    LOGIN_IN_CLEAR,
    PASSWORD,
    USER,
    Mailbox,
    closed_port,
    mail_server,
)

NIP = "5265877635"

pytestmark = [APPRISE_IS_OLD, LOGIN_IN_CLEAR]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server(login=True) as mailbox:
        yield mailbox


def address(mailbox: Mailbox, password: str = PASSWORD) -> str:
    return f"mailto://{USER}:{password}@127.0.0.1:{mailbox.port}?from=blink@example.com&to=a@example.com\n"


def added(blink: Blink, url: str, *words: str) -> None:
    blink("notify", "add", "office", "--url-stdin", *words, stdin=url)


@pytest.mark.proof
def test_a_target_is_added_tried_changed_and_forgotten(blink: Blink, mailbox: Mailbox) -> None:
    assert "Nobody is told anything yet" in blink("notify", "list").text
    added(blink, address(mailbox), "--language", "pl")
    assert "office: a test message was sent." in blink("notify", "test").text
    assert mailbox.text().startswith("Tak przychodzą tu powiadomienia")
    (told,) = blink("notify", "list", "--json").json
    assert (told["name"], told["address"], told["problem"]) == ("office", "mailto://127.0.0.1", None)
    file = blink.home / "address"
    file.write_text(address(mailbox, "wrong-one"))
    blink("notify", "add", "office", "--replace", "--url-file", str(file))
    ended = blink("notify", "test", "office", "--json", code=4)
    (failed,) = ended.json
    assert (failed["sent"], failed["error"]["code"], failed["error"]["cause"]) == (
        False,
        "login-refused",
        "SMTP 535",
    )
    assert blink("notify", "pause", "office", "--json").json["paused"]
    assert "told nothing" in blink("notify", "list").text
    blink("notify", "pause", "office", "--undo")
    file.write_text(f"json://127.0.0.1:{closed_port()}\n")
    blink("notify", "add", "office", "--replace", "--url-file", str(file))
    assert "office: The server does not take connections" in blink("notify", "test", code=1).err
    blink("notify", "remove", "office")
    assert blink("notify", "list", "--json").json == []


@pytest.mark.proof
def test_no_secret_is_shown_or_kept_in_clear(blink: Blink, mailbox: Mailbox) -> None:
    """What is sent is sent by a real process: what its children say to the same terminal counts."""
    real = Blink(blink.home)
    added(blink, address(mailbox))
    closed = f"json://x:{PASSWORD}@127.0.0.1:{closed_port()}/{PASSWORD}?token={PASSWORD}\n"
    blink("notify", "add", "down", "--url-stdin", stdin=closed)
    ends = [
        blink("notify", "list"),
        blink("notify", "list", "--json"),
        blink("notify", "rules", "office"),
        real("notify", "test", code=3),
        blink("notify", "add", "clear", "--url-stdin", stdin=f"mailto://x:{PASSWORD}@example.com\n", code=2),
        blink("notify", "add", "odd", "--url-stdin", stdin=f"odd://x:{PASSWORD}@example.com\n", code=2),
        blink("notify", "add", f"mailtos://x:{PASSWORD}@example.com", code=2),
    ]
    assert not any(PASSWORD in ended.text + ended.err for ended in ends)
    assert "down: The server does not take connections" in ends[3].err
    files = [path for path in blink.home.rglob("*") if path.is_file()]
    assert any(path.name == "buffer.db" for path in files)
    assert not [path for path in files if PASSWORD.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("words", "stdin", "sentence"),
    [
        (("add", "office"), "", "There is no terminal to ask for the address"),
        (("add", "office", "--url-stdin"), "\n", "The address is empty"),
        (("add", "office", "--url-stdin"), "mailto://u:p@example.com\n", "Use the form with TLS: mailtos://"),
        (("add", "office", "--url-stdin"), "jsons://example.com?verify=no\n", "lets any certificate pass"),
        (("add", "a b", "--url-stdin"), "", "A target's name takes letters"),
        (("add", "office", "--url-stdin", "--language", "de"), "", "in pl or en"),
        (
            ("add", "office", "--url-stdin", "--firm", NIP),
            "json://127.0.0.1\n",
            f"Firm {NIP} is not known here",
        ),
        (("add", "office", "--replace", "--for", "limits"), "", "--replace keeps the rules"),
        (("add", "office", "--replace", "--url-stdin"), "json://127.0.0.1\n", "There is no target office"),
        (("test",), "", "Nobody is told anything yet"),
        (("test", "office"), "", "There is no target office"),
        (("remove", "office"), "", "There is no target office"),
        (("rules", "office"), "", "There is no target office"),
        (("rules", "office", "--for", "limits"), "", "Say with --how"),
        (("rules", "office", "--for", "documents", "--how", "now"), "", "New documents come in the digest"),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(
    blink: Blink, words: tuple[str, ...], stdin: str, sentence: str
) -> None:
    assert sentence in blink("notify", *words, stdin=stdin, code=2).err
    assert blink("notify", "list", "--json").json == []


@pytest.mark.parametrize(
    "words",
    [("--digest", "25:00"), ("--digest", "0h"), ("--quiet", "07:00"), ("--quiet", "07:00-07:00")],
)
def test_times_that_are_none_are_refused(blink: Blink, words: tuple[str, ...]) -> None:
    added(blink, "json://127.0.0.1:9\n")
    assert "does not take this" in blink("notify", "rules", "office", *words, code=2).err


def test_rules_are_set_shown_and_set_afresh(blink: Blink) -> None:
    blink("firm", "add", "--nip", NIP, "--env", "test")
    added(blink, "json://127.0.0.1:9\n", "--for", "stopped", "--for", "credential")
    told = blink("notify", "rules", "office", "--json").json
    assert told["rules"] == [
        {"firm": None, "kind": "credential", "how": "usual"},
        {"firm": None, "kind": "stopped", "how": "usual"},
    ]
    words = ("--afresh", "--firm", NIP, "--how", "digest", "--digest", "4h", "--least", "alarm")
    told = blink(
        "notify", "rules", "office", *words, "--quiet", "20:00-07:00", "--days", "working", "--json"
    ).json
    assert told["rules"] == [{"firm": NIP, "kind": None, "how": "digest"}]
    assert [told[name] for name in ("digest", "least", "quiet", "days")] == [
        "4h", "alarm", "20:00-07:00", "working",
    ]  # fmt: skip
    text = blink("notify", "rules", "office").text
    assert "in the digest" in text
    assert "Nothing is sent: 20:00-07:00; days: working days" in text
