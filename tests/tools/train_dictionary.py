"""Trains the dictionary that invoices are compressed with, on synthetic invoices alone, and measures what it gains.

    python -m tests.tools.train_dictionary NUMBER [SIZE_KB]

writes `blink_tui/buffer/dictionaries/fa-NUMBER.dict`. A dictionary holds pieces of its training text as they are, so it
must never see a real invoice; and documents are stored with its number, so one that was released is never written
again: the next one gets the next number, `xml_codec.NEWEST` names it, and the old ones stay for reading.

Measured on 2,400 invoices to train, 800 others to compress (3.7 kB on average, four layouts; ratio, microseconds each):

    32 kB, level 3    8.7     9      64 kB, level 3     9.4    10
    48 kB, level 3    9.1    13      64 kB, level 5     9.3    30
    48 kB, level 6   10.1    47      64 kB, level 6    10.5    47
    48 kB, level 9   11.5    68      64 kB, level 9    12.0    70

Level 3 with 64 kB: whoever waits for a package waits for every microsecond 10,000 times, the disk is cheap.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from random import Random

import zstandard

from blink_tui.buffer import xml_codec
from blink_tui.sandbox.generator import Generator, Namer

FOLDER = Path(xml_codec.__file__).with_name("dictionaries")
FIRMS, INVOICES = 5, 40
TRAINING, TRIAL = range(60), range(1000, 1020)
"""Seeds: each makes its own firms, partners and invoices."""


def invoices(seeds: Iterable[int]) -> list[bytes]:
    """Synthetic invoices of many unlike firms over two years; the same for the same seeds."""
    found = []
    for seed in seeds:
        random = Random(f"dictionary {seed}")
        namer = Namer(random)
        generator = Generator(f"dictionary {seed}", [namer.company() for _ in range(FIRMS)])
        for _ in range(INVOICES):
            generated = generator.invoice(date(2026, 2, 1) + timedelta(days=random.randrange(700)))
            generator.remember(generated)
            found.append(generated.xml)
    return found


def measured(data: bytes, documents: list[bytes]) -> str:
    """How many times smaller, and how long each takes, at the level in use."""
    dictionary = zstandard.ZstdCompressionDict(data)
    dictionary.precompute_compress(level=xml_codec.LEVEL)
    compressor = zstandard.ZstdCompressor(
        level=xml_codec.LEVEL, dict_data=dictionary, write_dict_id=False, write_checksum=False
    )
    start = time.thread_time()
    small = [compressor.compress(document) for document in documents]
    microseconds = (time.thread_time() - start) / len(documents) * 1e6
    ratio = sum(map(len, documents)) / sum(map(len, small))
    return f"{ratio:.2f} times smaller, {microseconds:.1f} µs an invoice"


def main(number: int, size: int) -> None:
    data = zstandard.train_dictionary(size * 1024, [*invoices(TRAINING)], dict_id=number).as_bytes()
    (FOLDER / f"fa-{number}.dict").write_bytes(data)
    print(f"fa-{number}.dict: {len(data)} bytes, {measured(data, invoices(TRIAL))}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 64)
