"""ksef2's SDK fetches a package into memory; run by an interpreter that has it, never imported.

Reads `{"url", "nip", "token", "compression"}` from standard input and prints what `contenders.Contender.figures`
reads. The SDK knows no address but the Ministry's, so its HTTP client is one that leads there to loopback.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta

import httpx
from ksef2 import Client, Environment  # type: ignore[import-not-found]  # only in that environment
from ksef2.models import InvoicesFilter  # type: ignore[import-not-found]  # only in that environment

_SOON = {"timeout": 60.0, "poll_interval": 0.02}


class _ToLoopback(httpx.HTTPTransport):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self._url.host, port=self._url.port)
        return super().handle_request(request)


def main() -> None:
    task = json.load(sys.stdin)
    with (
        httpx.Client(transport=_ToLoopback(task["url"]), timeout=60.0) as http,
        Client(Environment.TEST, http_client=http) as client,
    ):
        firm = client.authentication.with_token(ksef_token=task["token"], nip=task["nip"], **_SOON)
        filters = InvoicesFilter(
            role="buyer", date_type="permanent_storage", date_from=datetime.now(UTC) - timedelta(days=30)
        )
        ordered = time.perf_counter()
        compression = {"Zip": "zip", "TarGz": "tar_gz"}[task["compression"]]
        job = firm.invoices.export(filters, compression_type=compression)
        while job.get_status().status.code < 200:
            time.sleep(0.01)
        ready, worked = time.perf_counter(), time.process_time()
        files = dict(job.wait(**_SOON).invoices())
        done = time.perf_counter()
        figures = {
            "documents": len(files),
            "bytes": sum(map(len, files.values())),
            "stored": done - ready,
            "ordered": done - ordered,
            "cpu": time.process_time() - worked,
        }
    print(json.dumps(figures))


main()
