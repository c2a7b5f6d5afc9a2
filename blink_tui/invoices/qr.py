"""QR code I: the link under which anyone can check that KSeF holds an invoice (PROTOCOL 4)."""

from __future__ import annotations

import io
from base64 import urlsafe_b64encode
from datetime import date

from blink_tui.model.firms import ENVIRONMENTS

QR_HOSTS = {
    "prod": "https://qr.ksef.mf.gov.pl",
    "demo": "https://qr-demo.ksef.mf.gov.pl",
    "test": "https://qr-test.ksef.mf.gov.pl",
}
"""Names of KSeF's environments and the hosts of their links; another environment has none (PROTOCOL 1)."""


def qr_host(base_url: str) -> str | None:
    """Host of the links of the environment whose API has this base; None where there is none."""
    return next((QR_HOSTS[name] for name, url in ENVIRONMENTS.items() if url == base_url), None)


def invoice_link(host: str, seller_nip: str, issue_date: date, sha256: bytes) -> str:
    """`{host}/invoice/{NIP}/{DD-MM-YYYY}/{Base64URL SHA-256 of the XML}`, without padding."""
    digest = urlsafe_b64encode(sha256).rstrip(b"=").decode()
    return f"{host}/invoice/{seller_nip}/{issue_date:%d-%m-%Y}/{digest}"


def qr_svg(link: str) -> str:
    """The code of a link as SVG, with the quiet zone its standard wants. Needs the extra `pdf`."""
    import segno

    drawn = io.BytesIO()
    segno.make_qr(link, error="m").save(drawn, kind="svg", scale=4, border=4, xmldecl=False)
    return drawn.getvalue().decode()
