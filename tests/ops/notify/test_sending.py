"""What apprise makes of addresses, and why a message did not go: told without a word of what apprise itself says."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

import pytest

from blink_tui.ops.notify.sending import Address, Fault, fault_of, fitted, look, send
from tests.ksef.certs import certificate, key, key_file, pem
from tests.ops.notify.servers import (
    APPRISE_IS_OLD,
    LOGIN_IN_CLEAR,
    PASSWORD,
    USER,
    chat_server,
    closed_port,
    mail_server,
)

pytestmark = [
    APPRISE_IS_OLD,
    LOGIN_IN_CLEAR,
]


def sent(url: str, title: str = "Tytuł", body: str = "Zażółć gęślą jaźń") -> Fault | None:
    (fault,) = send(url, title, body)
    return fault


def seen(url: str) -> str:
    found = look(url)
    return found.shown if isinstance(found, Address) else found.code


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mailtos://u:p@mail.example.com:587?to=a@b.pl", "mailtos://mail.example.com"),
        ("mailto://u:p@gmail.com", "mailtos://smtp.gmail.com"),
        ("jsons://u:p@example.com/secret", "jsons://example.com"),
        ("json://127.0.0.1:8000/secret", "json://127.0.0.1"),
        ("mailto://u:p@localhost", "mailto://localhost"),
        ("mailto://u:p@example.com?smtp=127.0.0.1", "mailto://127.0.0.1"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "tgram://…"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack://…"),
        ("ntfy://topic", "ntfys://…"),
        ("mailto://u:p@example.com", "address-in-clear"),
        ("mailto://u:p@127.0.0.1?smtp=mail.example.com&from=a@b.pl", "address-in-clear"),
        ("mailtos://u:p@example.com?mode=insecure", "address-in-clear"),
        ("json://example.com/x", "address-in-clear"),
        ("ntfy://example.com/topic", "address-in-clear"),
        ("json://localhost.example.com", "address-in-clear"),
        ("jsons://example.com?verify=no", "address-unverified"),
        ("foo://example.com", "address-unknown"),
        ("", "address-unknown"),
        ("file:///etc/passwd", "address-unknown"),
        ("mailtos://", "address-unknown"),
    ],
)
def test_only_what_is_safe_is_an_address_and_only_what_is_no_secret_is_shown(url: str, shown: str) -> None:
    assert seen(url) == shown


def test_mail_arrives_as_plain_text() -> None:
    with mail_server() as mailbox:
        assert sent(f"mailto://127.0.0.1:{mailbox.port}?from=blink@example.com&to=anna@example.com") is None
        assert mailbox.text() == "Zażółć gęślą jaźń"
        assert mailbox.letters[0]["Subject"] == "Tytuł"
        assert mailbox.letters[0]["To"] == "anna@example.com"


def test_mail_with_a_login_arrives_and_a_wrong_password_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with mail_server(login=True) as mailbox:
        place = f"127.0.0.1:{mailbox.port}?from=blink@example.com&to=anna@example.com"
        assert sent(f"mailto://{USER}:{PASSWORD}@{place}") is None
        assert len(mailbox.letters) == 1
        assert sent(f"mailto://{USER}:not-{PASSWORD}@{place}") == Fault("login-refused", "SMTP 535")
        assert sent(f"mailto://{place}") == Fault("login-refused", "SMTP 530")
    assert PASSWORD not in caplog.text


def test_a_recipient_that_is_refused_is_told() -> None:
    with mail_server(refused=("nobody@example.com",)) as mailbox:
        url = f"mailto://127.0.0.1:{mailbox.port}?from=blink@example.com&to=nobody@example.com"
        assert sent(url) == Fault("recipient-refused", "SMTP 550")


def test_a_server_that_is_down_or_unknown_is_told() -> None:
    assert sent(f"mailto://127.0.0.1:{closed_port()}?from=a@example.com") == Fault(
        "unreachable", "Connection refused"
    )
    assert sent(f"json://127.0.0.1:{closed_port()}") == Fault("unreachable", "Connection refused")
    assert sent("jsons://no.such.host.invalid/token-in-the-path") == Fault("host-unknown", "DNS")
    assert sent("mailtos://a:b@no.such.host.invalid") == Fault("host-unknown", "DNS")


def test_a_certificate_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    own = key()
    (tmp_path / "server.pem").write_bytes(key_file(own) + pem(certificate(own)))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem")
    with mail_server(tls=tls) as mailbox:
        fault = sent(f"mailtos://u:p@127.0.0.1:{mailbox.port}?mode=starttls&from=a@example.com")
        assert fault == Fault("tls-failed", "CERTIFICATE_VERIFY_FAILED")
        assert mailbox.letters == []
    with mail_server() as plain:
        fault = sent(f"mailtos://u:p@127.0.0.1:{plain.port}?mode=starttls&from=a@example.com")
        assert fault == Fault("tls-failed", "TLS")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "login-refused"),
        (403, "login-refused"),
        (404, "not-sent"),
        (500, "not-sent"),
        (302, "redirected"),
    ],
)
def test_what_a_service_answers_is_told_and_no_redirect_is_followed(status: int, code: str) -> None:
    with chat_server() as chat, chat_server() as other:
        chat.status, chat.headers = status, (("Location", other.url.replace("json", "http", 1)),)
        assert sent(chat.url) == Fault(code, f"HTTP {status}")
        assert other.told == []
        chat.status = 200
        assert sent(chat.url) is None
        assert (chat.told[0]["title"], chat.told[0]["message"]) == ("Tytuł", "Zażółć gęślą jaźń")


def test_what_goes_to_this_machine_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with chat_server() as chat, chat_server() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("json", "http", 1))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert sent(chat.url) is None
        assert (len(chat.told), len(proxy.told)) == (1, 0)


def test_nothing_that_a_library_says_is_passed_on(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Apprise's log and its libraries' exceptions quote addresses whole."""
    caplog.set_level(logging.DEBUG)
    secret = "Zz9-very-secret-Zz9"
    faults = [
        sent(f"json://user:{secret}@127.0.0.1:{closed_port()}/{secret}?key={secret}"),
        sent(f"json://127.0.0.1:{closed_port()}/{secret}"),
        sent(f"nothing://{secret}"),
        sent(f"mailto://user:{secret}@127.0.0.1:{closed_port()}"),
        look(f"mailto://user:{secret}@example.com"),
    ]
    assert secret not in repr(faults)
    captured = capfd.readouterr()
    assert secret not in caplog.text + captured.out + captured.err


def test_causes_are_words_of_ours() -> None:
    assert fault_of(
        ["Socket Exception: HTTPSConnectionPool: url: /T/SECRET (Caused by SSLError(1, 'x'))"]
    ) == (
        "tls-failed",
        "TLS",
    )
    assert fault_of(["Socket Exception: timed out"]) == ("silent", "timeout")
    assert fault_of(["Securing connection with STARTTLS...", "something SECRET"]) == ("not-sent", "")
    assert fault_of(["Socket Exception: {'a@b': (450, b'busy SECRET')}"]) == ("not-sent", "SMTP 450")


@pytest.mark.parametrize("room", [20, 30, 60, 200])
def test_a_text_fits_what_a_service_takes_and_keeps_its_last_line(room: int) -> None:
    body = "\n".join([*(f"line {number}" for number in range(30)), "", "message 1a2b"])
    short = fitted(body, room)
    assert len(short) <= room
    assert short.endswith("\nmessage 1a2b")
    assert fitted(short, room) == short
