"""Documents with other numbers and the same seller, as though they had come so."""

from __future__ import annotations

import re
from collections.abc import Mapping

from blink_tui.buffer import Buffer
from blink_tui.buffer.xml_codec import compress, decompress
from blink_tui.model.firms import Firm


async def renumber(buffer: Buffer, firm: Firm, numbers: Mapping[int, str]) -> None:
    """Let purchases of one seller have these numbers, by document."""
    async with buffer._database.transaction() as session:
        for id_, number in numbers.items():
            row = await session.row(
                "SELECT x.ksef_number, x.body, x.dictionary FROM document d JOIN invoice_xml x"
                " ON x.ksef_number = d.ksef_number WHERE d.id = ? AND d.firm_id = ?",
                (id_, firm.id),
            )
            assert row is not None
            xml = decompress(row[1], row[2]).decode()
            xml = re.sub("<P_2>[^<]*</P_2>", f"<P_2>{number}</P_2>", xml)
            xml = re.sub("(<Podmiot1>.*?<NIP>)[0-9]*", r"\g<1>3333333338", xml, flags=re.DOTALL)
            body, dictionary = compress(xml.encode())
            await session.run(
                "UPDATE invoice_xml SET body = ?, dictionary = ? WHERE ksef_number = ?",
                (body, dictionary, row[0]),
            )
            await session.run("UPDATE document SET direction = 'purchase' WHERE id = ?", (id_,))
