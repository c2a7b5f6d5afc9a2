"""Redaction: no secret of this process in any usual encoding, nothing of a secret's shape; what people need stays."""

from __future__ import annotations

import base64
import gc
import html
import json
import threading
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from blink_tui.model.redaction import MASK, redacted
from blink_tui.model.secret import LIVING, Secret
from blink_tui.model.secret_index import PIECE, SecretIndex, lowered

NUMBER = "5265877635-20250826-0100001AF629-AF"
REFERENCE = "20260826-EC-0100001AF6-29AF0100AB-1C"
HASH = "XvN+prypnR/biayvM6jhG9G+t9PsTC7tyC7OHrq0KC4="
KEPT = (
    f"{NUMBER} 5265877635 {HASH} {'ab' * 32} {REFERENCE} 2026-08-01T12:00:00.1234567Z certificateFingerprint"
)

ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "raw": lambda value: value.decode(errors="ignore"),
    "hex": lambda value: value.hex(),
    "HEX": lambda value: value.hex().upper(),
    "base64": lambda value: base64.b64encode(value).decode().rstrip("="),
    "urlsafe": lambda value: base64.urlsafe_b64encode(value).decode().rstrip("="),
    "quoted": lambda value: quote(value, safe=""),
    "lower quoted": lambda value: quote_plus(value).lower(),
    "json": lambda value: json.dumps(value.decode(errors="ignore"))[1:-1],
    "json utf-8": lambda value: json.dumps(value.decode(errors="ignore"), ensure_ascii=False)[1:-1],
    "repr": lambda value: repr(value)[2:-1],
    "xml": lambda value: html.escape(value.decode(errors="ignore")),
}

tokens = st.binary(min_size=24, max_size=60).map(lambda raw: raw.hex().encode())
keys = st.binary(min_size=16, max_size=64)
phrases = st.text(min_size=8, max_size=40).map(lambda text: text.encode(errors="replace"))
texts = st.text(max_size=60)


@given(st.one_of(tokens, keys, phrases), st.sampled_from(sorted(ENCODINGS)), texts, texts)
@example("zażółć \"gęślą\" & 'jaźń'\n".encode(), "json", "", "")
@example(b"aaaaaaaaaaaaaaaaaaaa", "raw", "aaa", "aaaa")
@example("ΑΒΓΔΕΖΗΣ".encode(), "raw", "", "α")
def test_a_living_secret_is_found_in_every_encoding(
    value: bytes, encoding: str, before: str, after: str
) -> None:
    written = ENCODINGS[encoding](value)
    assume(len(written) >= 6 and (encoding not in ("raw", "json", "json utf-8", "xml") or _is_text(value)))
    index, secret = SecretIndex(), Secret(value)
    text = before + written + after
    spans = index.spans(lowered(text))
    told = "".join(
        MASK if any(start <= at < stop for start, stop in spans) else letter for at, letter in enumerate(text)
    )
    # Of base64 the characters at the ends are also of what stands beside the secret.
    ends = 1 if encoding in ("base64", "urlsafe") else 0
    assert written[: len(written) - ends] not in told.replace(MASK, "\0")
    assert spans
    assert secret.reveal() == value


@given(keys, st.binary(min_size=1, max_size=20), st.binary(max_size=20), st.booleans())
def test_a_secret_within_base64_is_found_at_any_alignment(
    value: bytes, before: bytes, after: bytes, urlsafe: bool
) -> None:
    secret = Secret(value)
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    told = redacted(f"x {encode(before + secret.reveal() + after).decode()} y")
    assert MASK in told
    for cut in range(3):
        inner = encode(value[cut:])[: len(value[cut:]) // 3 * 4].decode()[:-2]
        assert inner not in told


@given(tokens, st.data())
def test_a_piece_of_a_token_is_found_where_a_line_was_cut(value: bytes, data: st.DataObject) -> None:
    secret, text = Secret(value), value.decode()
    length = data.draw(st.integers(PIECE, len(text)))
    for piece in (text[:length], text[-length:]):
        assert piece not in redacted(f"cut: {piece}")
    middle = data.draw(st.integers(0, len(text) - 2 * PIECE))
    assert text[middle : middle + 2 * PIECE] not in redacted(f"cut {text[middle : middle + 2 * PIECE]} here")
    assert secret == Secret(value)


@given(st.lists(st.one_of(tokens, phrases), min_size=1, max_size=12))
def test_many_secrets_in_one_text_all_go(values: list[bytes]) -> None:
    values = [value for value in values if _is_text(value) and len(value.decode()) >= 6]
    secrets = [Secret(value) for value in values]
    told = redacted(" | ".join(value.decode() for value in values))
    assert not [value for value in values if value.decode() in told and value.decode() not in MASK]
    assert len(secrets) == len(values)


def test_what_people_need_stays_beside_living_secrets() -> None:
    record = json.dumps({"certificate": "QUJD" * 30, "key": "S0VZ" * 20, "until": "2026-08-01T12:00:00.1234567Z",
                         "subject_type": "certificateFingerprint"})  # fmt: skip
    held = [
        Secret(f"{REFERENCE}|nip-5265877635|{'c3' * 32}"),
        Secret(record),
        Secret("mailto://jan:tajne-haslo@biuro.example.com?to=anna@example.com"),
        Secret("correct horse battery staple"),
    ]
    assert redacted(KEPT) == KEPT
    assert redacted(f"key {'S0VZ' * 20} cert {'QUJD' * 10}") == f"key {MASK} cert {MASK}"
    assert redacted(f"{REFERENCE}|nip-5265877635|{'c3' * 32}") == MASK
    assert redacted("Correct horse battery staples") == f"{MASK}s"
    assert len(held) == 4


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "Zs"))), st.integers(0, 10**10 - 1))
def test_numbers_stay_in_any_sentence(text: str, nip: int) -> None:
    number = f"{nip:010}-20260826-{nip % 16**6:06X}{nip % 16**6:06X}-AF"
    sentence = f"{number} {nip:010} {HASH}"
    assume("=" not in text and ":" not in text)
    assert sentence in redacted(f"{text}\n{sentence}\n{text}") or "-----" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Authorization: Bearer abc.def-123", "Authorization: ***"),
        ("sent bearer abcdef12 to KSeF", "sent bearer *** to KSeF"),
        ("{'Authorization': 'Basic dXNlcjpwYXNz'}", "{'Authorization': '***'}"),
        ("x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-_1 y", "x *** y"),
        (f"{REFERENCE}|nip-5265877635|0123abcd|1756000000", f"{REFERENCE}|nip-5265877635|***|1756000000"),
        ("20260826-EC-A%7CinternalId-5265877635-00001%7Cabcd", "20260826-EC-A%7CinternalId-5265877635-00001%7C***"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nend", "***\nend"),
        ("-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIIrYSSNQFaA2\\nHwf1duRSxKtLYX5B04fS", "***"),
        ("GET https://a.example/part1?sv=2024&se=2026-01-01&sig=ab%2Bc%3D HTTP/1.1",
         "GET https://a.example/part1?sv=***&se=***&sig=*** HTTP/1.1"),
        ("https://user:p@ss@example.com/x", "https://***@example.com/x"),
        ("could not notify mailtos://jan:tajne@example.com?smtp=x: refused", "could not notify mailtos://*** refused"),
        ("tgram://123456789:AAaa/12315544", "tgram://***"),
        ("https://hooks.slack.com/services/T0/B0/abcdef", "https://hooks.slack.com/services/***"),
        ("https://discord.com/api/webhooks/1/abcdefgh", "https://discord.com/api/webhooks/***"),
        ("password=abc next", "password=*** next"),
        ("{\"token\": \"a \\\"b\\\" c\", \"n\": 1}", "{\"token\": ***, \"n\": 1}"),
        ("{\"accessToken\": {\"token\": \"abc\", \"validUntil\": \"2026\"}}",
         "{\"accessToken\": {\"token\": ***, \"validUntil\": \"2026\"}}"),
        ("b'{\\\"refresh_token\\\":\\\"abc\\\"}'", "b'{\\\"refresh_token\\\":***\\\"}'"),
        ("encryptedSymmetricKey: QUJD, hasło: x1", "encryptedSymmetricKey: ***, hasło: ***"),
        ("BLINK_VAULT_PASSPHRASE=abc", "BLINK_VAULT_PASSPHRASE=***"),
    ],
)  # fmt: skip
def test_shapes(text: str, told: str) -> None:
    assert redacted(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "blink_tui.sync.firm_pass: started",
        "https://api.ksef.mf.gov.pl/v2/invoices/exports/20260826-EO-0100001AF6-29AF0100AB-1C",
        "Brak tokena; token nieaktywny",
        "BLINK_VAULT_PASSPHRASE_FILE=/etc/blink/passphrase",
        "tokens.end: 2026-12-31",
        "eyJ0b28gc2hvcnQ",
        "http://127.0.0.1:8080/v2",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


def test_only_living_secrets_are_known_and_none_is_kept_alive() -> None:
    one, same = Secret("na-pewno-tajne"), Secret("na-pewno-tajne")
    assert redacted("na-pewno-tajne") == MASK
    del one
    gc.collect()
    assert redacted("na-pewno-tajne") == MASK, "another one of the same value lives"
    before = len(LIVING.all())
    del same
    gc.collect()
    assert len(LIVING.all()) == before - 1
    assert redacted("na-pewno-tajne") == "na-pewno-tajne"


@pytest.mark.parametrize("form", ["wspolny-poczatek {:05} i taki sam koniec hasla", "abcdef{:04}ghijkl"])
def test_secrets_that_begin_and_end_alike_are_all_found(form: str) -> None:
    index = SecretIndex()
    held = [Secret(form.format(number)) for number in range(400)]
    for secret in held:
        text = f"> {secret.reveal_text()} <"
        assert (2, len(text) - 2) in index.spans(text)


def test_threads_make_and_lose_secrets_while_lines_are_written() -> None:
    stop, failed = threading.Event(), []

    def churn() -> None:
        while not stop.is_set():
            held = [Secret(f"churn-{number}-secret") for number in range(50)]
            if redacted(f"see {held[7].reveal_text()}") != f"see {MASK}":
                failed.append(held[7].reveal_text())

    threads = [threading.Thread(target=churn) for _ in range(3)]
    for thread in threads:
        thread.start()
    mine = Secret("mine-is-stable")
    told = {redacted(f"a {mine.reveal_text()} b") for _ in range(300)}
    stop.set()
    for thread in threads:
        thread.join()
    assert told == {f"a {MASK} b"}
    assert not failed


ATTACKS = [
    "-----BEGIN X-----", "-----BEGIN X-----\n" + "A" * 20 + "\n", "eyJ", "eyJaaaaaaaaa.", "a", "a.", "://", "a://",
    "https://a@", "@", "token", "token:", "token: \"", "token=\\\"", "token: '\\", "bearer ", "bearer",
    "authorization:", "|nip-", "|nip-1|", "hook", "webhooks/services/", "?sig=", "&", "%3f", "x-amz-",
    "password" + " " * 4, "\\", "\"", "begin ", "pass-", "key_", "eyjhbg", "aaaaaaaaaa ", "İ",
]  # fmt: skip


@pytest.mark.parametrize("piece", ATTACKS)
def test_no_text_makes_it_slow(piece: str) -> None:
    held = [
        Secret("a" * 1000),
        Secret("eyjhbg" * 40),
        *(Secret(f"aaaaaaaaaa {number}") for number in range(50)),
    ]

    def cost(length: int, piece: str = piece) -> float:
        text = (piece * (length // len(piece)))[: length - 1] + "!"
        started = time.process_time()
        redacted(text)
        return time.process_time() - started

    cost(1000)
    small, large = min(cost(4000) for _ in range(3)), min(cost(32000) for _ in range(2))
    assert large < 8 * 4 * small + 0.02, f"{small:.4f} s for 4,000 characters, {large:.4f} s for 32,000"
    plain = min(cost(32000, "Fetching started ") for _ in range(2))
    assert large < 500 * plain, f"{large:.4f} s, a usual text of the length {plain:.4f} s"
    assert held


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
