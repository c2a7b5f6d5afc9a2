"""An invoice as one self-contained HTML page: no script, nothing fetched, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from blink_tui.i18n import language
from blink_tui.invoices.checks import Finding
from blink_tui.invoices.page import heading, sections
from blink_tui.invoices.page_blocks import Block, Fields, Section, Table, Words
from blink_tui.invoices.page_dates import Arrival
from blink_tui.model.invoice import Invoice

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
body{font:14px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.05rem;border-bottom:1px solid #ccc;margin-top:1.6rem}h3{font-size:.95rem;margin:.8rem 0 .2rem}
dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.15rem .8rem;margin:.3rem 0}dt{color:#666}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:.3rem 0}th,td{padding:.2rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{border-bottom:1px solid #888;font-weight:600}tr+tr td{border-top:1px solid #eee}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}
"""  # noqa: E501 - style rules read best one a line


def render_html(
    invoice: Invoice,
    *,
    ksef_number: str | None = None,
    findings: Sequence[Finding] = (),
    arrival: Arrival | None = None,
) -> str:
    """A whole page, to be written as UTF-8."""
    shown = sections(invoice, ksef_number=ksef_number, findings=findings, arrival=arrival)
    return html_page(heading(invoice), shown)


def html_page(title: str, shown: Sequence[Section]) -> str:
    """Sections under a title as a whole page; those without blocks are left out."""
    parts = [
        f"<section id={escape(part.id)!r}><h2>{escape(part.title)}</h2>{''.join(map(_block, part.blocks))}</section>"
        for part in shown
        if part.blocks
    ]
    head = escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{head}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{head}</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Fields(pairs, title):
            rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in pairs)
            return f"{_title(title)}<dl>{rows}</dl>"
        case Table():
            return _title(block.title) + _table(block)
        case Words(lines, title):
            return _title(title) + "".join(f"<p>{escape(line)}</p>" for line in lines)


def _title(title: str) -> str:
    return f"<h3>{escape(title)}</h3>" if title else ""


def _cell(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _table(table: Table) -> str:
    def row(tag: str, texts: Sequence[str]) -> str:
        marked = (' class="n"' if right else "" for right in table.right)
        return "".join(
            f"<{tag}{mark}>{_cell(text)}</{tag}>" for mark, text in zip(marked, texts, strict=True)
        )

    body = "".join(f"<tr>{row('td', texts)}</tr>" for texts in table.rows)
    return f"<table><thead><tr>{row('th', table.heads)}</tr></thead><tbody>{body}</tbody></table>"
