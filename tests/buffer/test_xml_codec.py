from __future__ import annotations

import threading

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.buffer import xml_codec
from blink_tui.model.errors import BlinkError
from tests.buffer.factory import xml_of
from tests.tools.train_dictionary import invoices


@given(st.binary(max_size=5000))
def test_bytes_come_back_as_they_were(data: bytes) -> None:
    body, dictionary = xml_codec.compress(data)
    assert xml_codec.decompress(body, dictionary) == data


@given(st.lists(st.binary(max_size=2000), max_size=6))
def test_several_at_once_are_each_as_alone(data: list[bytes]) -> None:
    packed = xml_codec.compress_many(data)
    assert [xml_codec.decompress(*one) for one in packed] == data
    assert packed == [xml_codec.compress(one) for one in data]


def test_a_large_document_comes_back() -> None:
    data = xml_of(1) * 30_000
    assert xml_codec.decompress(*xml_codec.compress(data)) == data


def test_bytes_compressed_without_a_dictionary_are_read() -> None:
    body = zstandard.ZstdCompressor().compress(xml_of(1))
    assert xml_codec.decompress(body, xml_codec.NONE) == xml_of(1)


def test_unknown_dictionaries_and_broken_bytes_are_damage() -> None:
    body, dictionary = xml_codec.compress(xml_of(1))
    for broken, number in ((body, 999), (body[:-3], dictionary), (b"", dictionary), (b"<xml/>", 0)):
        with pytest.raises(BlinkError) as caught:
            xml_codec.decompress(broken, number)
        assert caught.value.kind.code == "buffer-damaged"


def test_threads_do_not_disturb_one_another() -> None:
    failures: list[int] = []

    def work(start: int) -> None:
        for number in range(start, start + 300):
            data = xml_of(number) * (number % 7 + 1)
            if xml_codec.decompress(*xml_codec.compress(data)) != data:
                failures.append(number)

    threads = [threading.Thread(target=work, args=(start * 1000,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_shipped_dictionary_makes_an_invoice_eight_times_smaller() -> None:
    documents = invoices(range(5000, 5003))
    packed = [xml_codec.compress(document) for document in documents]
    assert sum(map(len, documents)) > 8 * sum(len(body) for body, _ in packed)
    assert [xml_codec.decompress(*each) for each in packed] == documents
    assert {dictionary for _, dictionary in packed} == {xml_codec.NEWEST}
