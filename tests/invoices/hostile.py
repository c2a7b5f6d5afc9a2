"""Invoices made to hurt, by name; whether one can be read or only be kept is a matter of the test."""

from __future__ import annotations

from collections.abc import Callable

from tests.invoices.documents import faktura, line

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
ESCAPES = "\x9b31mRed \u009d0;title\u009c [@click=app.quit]x[/] [bold]y[/bold]"
BIDI = "Firma \u202egro.live\u202c\u200b\u2066x\u2069"


def _billion_laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return faktura(before=f'{_XML}<!DOCTYPE Faktura [<!ENTITY l0 "{"ha" * 50}">{entities}]>', seller="&l9;")


def _quadratic() -> str:
    before = f'{_XML}<!DOCTYPE Faktura [<!ENTITY a "{"a" * 100_000}">]>'
    return faktura(before=before, seller="&a;" * 20_000)


UNREADABLE: dict[str, Callable[[], bytes]] = {
    "billion laughs": lambda: _billion_laughs().encode(),
    "quadratic entities": lambda: _quadratic().encode(),
    "document type": lambda: faktura(before=f"{_XML}<!DOCTYPE Faktura>").encode(),
    "external entity": lambda: faktura(
        before=f'{_XML}<!DOCTYPE Faktura [<!ENTITY x SYSTEM "file:///etc/passwd">]>', seller="&x;"
    ).encode(),
    "external document type": lambda: faktura(
        before=f'{_XML}<!DOCTYPE Faktura SYSTEM "http://127.0.0.1:9/x.dtd">'
    ).encode(),
    "deep nesting": lambda: faktura(more="<x>" * 50_000 + "</x>" * 50_000).encode(),
    "invalid UTF-8": lambda: faktura().encode().replace(b"Odbiorca", b"\xff\xfe\xc3\x28"),
    "empty": lambda: b"",
    "ten megabytes of text": lambda: faktura(seller="W" * (10 * 1024 * 1024)).encode(),
    "NUL bytes": lambda: faktura().encode().replace(b"Odbiorca", b"Od\0iorca"),
    "nothing but NUL bytes": lambda: bytes(5000),
    "not XML": lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "escape character": lambda: faktura(seller="\x1b[31mRed\x1b]0;t\x07").encode(),
    "an amount that is none": lambda: faktura(total="1E999999999").encode(),
    "cut": lambda: faktura().encode()[:900],
}
UNKNOWN: dict[str, Callable[[], bytes]] = {
    "unknown form": lambda: faktura(form="FA (4)").encode(),
    "another document": lambda: b"<html><body>not an invoice</body></html>",
}
READABLE: dict[str, Callable[[], bytes]] = {
    "a hundred thousand lines": lambda: faktura(
        lines="".join(line(number) for number in range(100_000))
    ).encode(),
    "escape sequences": lambda: faktura(seller=ESCAPES).encode(),
    "bidirectional": lambda: faktura(seller=BIDI, lines=line(1, BIDI)).encode(),
    "huge attribute": lambda: faktura(more=f'<Nowe a="{"W" * 2_000_000}"/>').encode(),
    "newer schema": lambda: faktura(version="9-9E", more="<Nowe>7</Nowe>").encode(),
    "twenty thousand unknown elements": lambda: faktura(more="<Nowe>7</Nowe>" * 20_000).encode(),
    "long text": lambda: faktura(lines=line(1, "W" * 10_000)).encode(),
}
