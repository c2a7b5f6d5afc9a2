"""Damage invoices for a while: only our own errors come out, in bounded time and memory.

python -m tests.bench.fuzz_readers [SECONDS] [SEED] [FIRST]

All shipped invoices are damaged; every input is read whole, its header read, and what can be read is checked and
rendered. Input n of a seed is always the same one, so a run goes on from any. The process may hold only so many bytes;
the first other exception, or an input that takes too long, ends it with the input written beside.
"""

from __future__ import annotations

import random
import re
import resource
import sys
from collections import Counter
from datetime import date
from itertools import count
from pathlib import Path
from time import monotonic

from blink_tui.invoices import Depth, read_invoice
from blink_tui.invoices.checks import Context, check
from blink_tui.invoices.periods import dates_of, deduction, treatment_of
from blink_tui.invoices.render_html import render_html
from blink_tui.invoices.render_text import render_text
from blink_tui.model.errors import BlinkError
from tests.bench.damage import damaged
from tests.invoices.samples import sample_files

_PIECES = (
    b"<", b">", b"&", b"&#0;", b"&#x10FFFF;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?", b"?>", b"<!DOCTYPE a [",
    b"<!ENTITY a 'b'>", b"&a;", b"\x00", b"\xff", b"\xef\xbb\xbf", b"1E999999999", b"NaN", b"-", b".", b"9" * 60,
    b"2026-13-45", b"0000-00-00", b"\xe2\x80\xae", b"<P_15>", b"</Fa>", b"<FaWiersz>", b" xmlns=''", b"xmlns:a='b'",
    b"FA (4)", b"PEF (3)", b"<Podmiot3/>", b"<P_12>zw</P_12>", b"\n", b"  ",
)  # fmt: skip
_TEXTS = (
    b"", b" ", b"0", b"-0.00", b"0.00", b"-1", b"1", b"2", b"3", b"99", b"99999999999999.99", b"0.000001", b"1E5",
    b"PLN", b"EUR", b"zw", b"oo", b"np I", b"23", b"KOR", b"ROZ", b"ZAL", b"VAT", b"2026-02-28", b"1990-01-01",
    b"9999-12-31", b"0001-01-01", b"5265877635", b"PL61109010140000071219812874", b"\xe2\x80\xae", b"\xc2\x9b31m",
    b"W" * 3000, b"9" * 40, b"0." + b"3" * 40, b"-" + b"9" * 40 + b"." + b"9" * 40, "漢🦊ł".encode(),
)  # fmt: skip
"""What stands between two tags, sensible and not."""
_DAY = date(2026, 3, 31)
_MEMORY = 1 << 30
"""Bytes of addresses that the process may hold."""
_SLOWEST_ALLOWED = 5.0
"""Seconds that one input may take."""


def retold(seed: bytes, chance: random.Random) -> bytes:
    """An input that stays XML: other texts between its tags, some elements doubled or left out."""
    parts = re.split(rb"(?<=>)([^<>]*)(?=</)", seed)
    for _ in range(chance.randint(1, 8)):
        index = chance.randrange(1, len(parts), 2)
        parts[index] = chance.choice(_TEXTS)
    data = b"".join(parts)
    elements = list(re.finditer(rb"<(\w+)>[^<]*</\1>", data))
    if elements and chance.random() < 0.5:
        one = chance.choice(elements)
        data = data[: one.start()] + one[0] * chance.choice((0, 2, 30)) + data[one.end() :]
    return data


def broken(seed: bytes, chance: random.Random) -> bytes:
    """An input: bytes changed, cut, doubled, moved, or replaced by pieces that mean something."""
    return damaged(seed, chance, most=6, longest=400, pieces=_PIECES)


def tried(data: bytes) -> str:
    """What became of an input: `read`, or the code of our error."""
    try:
        read_invoice(data, Depth.HEADER)
        invoice = read_invoice(data)
    except BlinkError as error:
        return error.kind.code
    findings = check(invoice, Context(today=_DAY, firm_nip="5265877635", ksef_number="x", received=_DAY))
    deduction(dates_of(invoice, _DAY), treatment_of(invoice), paid_on=_DAY)
    render_text(invoice, findings=findings)
    render_html(invoice, findings=findings)
    return "read"


def main() -> None:
    """Run for so many seconds (60), from the input with a number (0) on, and print what came of the inputs."""
    words = [*sys.argv[1:], "", "", ""]
    seconds = float(words[0] or 60.0)
    seed = int(words[1] or random.SystemRandom().randrange(1 << 32))
    first = int(words[2] or 0)
    seeds = [path.read_bytes() for path in sample_files()]
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    until = monotonic() + seconds
    for place in count(first):
        chance = random.Random(f"{seed} {place}")
        data = chance.choice((broken, retold))(chance.choice(seeds), chance)
        start = monotonic()
        if start > until:
            break
        try:
            outcomes[tried(data)] += 1
            slowest = max(slowest, monotonic() - start)
            if slowest > _SLOWEST_ALLOWED:
                raise AssertionError(f"{slowest:.1f} s")
        except BaseException:
            Path("fuzz-input.xml").write_bytes(data)
            print(f"seed {seed}, input {place}: it is in fuzz-input.xml")
            raise
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"seed {seed}, inputs {first} to {place - 1}: {dict(outcomes)}, slowest {slowest:.2f} s, peak {peak} MB"
    )


if __name__ == "__main__":
    main()
