"""The sandbox's own speed: metadata requests a second, a package of 10,000, start-up, memory of 100,000 invoices.

Each figure comes from processes of its own; run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.bench.measure import MIB, row, tree_memory

_SERVER = """
import sys
from blink_tui.sandbox import SandboxOptions, serve
serve(SandboxOptions(documents=int(sys.argv[1]), firms=1, sales=0.0, limits=False, auth_delay=0.0, export_delay=0.0,
                     json=True, exit_with_parent=True))
"""
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
_CONNECTIONS = 8


@dataclass
class Server:
    """A sandbox in a process of its own, and someone logged in to it."""

    url: str
    pid: int
    seconds: float
    """From its start to its first answer."""
    http: httpx.Client

    def seal(self, usage: str, data: bytes) -> str:
        """Data under the published key of a usage."""
        keys = self.http.get("/security/public-key-certificates").json()
        key = next(each for each in keys if usage in each["usage"])
        public = x509.load_der_x509_certificate(base64.b64decode(key["certificate"])).public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        return base64.b64encode(public.encrypt(data, _OAEP)).decode()

    def login(self, nip: str, token: str) -> None:
        """Let the client carry an access token."""
        challenge = self.http.post("/auth/challenge").json()
        body = {
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": "Nip", "value": nip},
            "encryptedToken": self.seal(
                "KsefTokenEncryption", f"{token}|{challenge['timestampMs']}".encode()
            ),
        }
        begun = self.http.post("/auth/ksef-token", json=body).json()["authenticationToken"]["token"]
        tokens = self.http.post("/auth/token/redeem", headers={"Authorization": f"Bearer {begun}"}).json()
        self.http.headers["Authorization"] = f"Bearer {tokens['accessToken']['token']}"

    def package(self, compression: str) -> tuple[float, int]:
        """Seconds from the order of everything to its readiness, and the invoices in it."""
        body = {
            "encryption": {
                "encryptedSymmetricKey": self.seal("SymmetricKeyEncryption", os.urandom(32)),
                "initializationVector": base64.b64encode(os.urandom(16)).decode(),
            },
            "filters": asked(),
            "compressionType": compression,
        }
        start = time.perf_counter()
        reference = self.http.post("/invoices/exports", json=body).json()["referenceNumber"]
        while True:
            status = self.http.get(f"/invoices/exports/{reference}").json()
            if status["status"]["code"] != 100:
                return time.perf_counter() - start, status["package"]["invoiceCount"]
            time.sleep(0.01)


def asked() -> dict[str, Any]:
    """Everything of the last days."""
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 20 * 86_400))
    dates = {"dateType": "PermanentStorage", "from": since, "restrictToPermanentStorageHwmDate": True}
    return {"subjectType": "Subject2", "dateRange": dates}


@contextmanager
def server(documents: int) -> Iterator[Server]:
    """Start, log in, end."""
    start = time.perf_counter()
    command = [sys.executable, "-c", _SERVER, str(documents)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        announced = json.loads(process.stdout.readline())
        seconds = time.perf_counter() - start
        with httpx.Client(base_url=announced["url"], timeout=60) as http:
            running = Server(announced["url"], process.pid, seconds, http)
            running.login(announced["firms"][0]["nip"], announced["firms"][0]["token"])
            try:
                yield running
            finally:
                process.stdin.close()


async def requests(url: str, authorization: str, count: int) -> float:
    """Seconds for so many metadata queries over a few connections, with as little work on this side as possible."""
    target, body = httpx.URL(url), json.dumps(asked()).encode()
    head = (
        f"POST {target.path}/invoices/query/metadata?pageSize=10 HTTP/1.1\r\nHost: {target.host}\r\n"
        f"Authorization: {authorization}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    request = head.encode() + body

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(target.host, target.port)
        for _ in range(count // _CONNECTIONS):
            writer.write(request)
            headers = await reader.readuntil(b"\r\n\r\n")
            assert headers.startswith(b"HTTP/1.1 200"), headers
            length = headers.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
            await reader.readexactly(int(length))
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(_CONNECTIONS)))
    return time.perf_counter() - start


def rate(running: Server, count: int) -> float:
    """Requests a second, asked by a process of its own."""
    command = [sys.executable, "-m", "tests.bench.sandbox", "--child", running.url]
    command += [running.http.headers["Authorization"], str(count)]
    printed = subprocess.run(command, capture_output=True, check=True)
    return count / float(printed.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=8_000)
    parser.add_argument("--many", type=int, default=100_000, help="invoices of the memory figure")
    parser.add_argument("--child", nargs=3)
    chosen = parser.parse_args()
    if chosen.child:
        url, authorization, count = chosen.child
        print(asyncio.run(requests(url, authorization, int(count))))
        return
    with server(10_000) as running:
        print(row("start with 10,000 generated invoices", running.seconds, "s"))
        rate(running, chosen.requests // 4)
        print(row("metadata queries a second", rate(running, chosen.requests), "/s"), " target at least 2000")
        for compression in ("Zip", "TarGz"):
            first, count = running.package(compression)
            again, _ = running.package(compression)
            print(row(f"{compression} package of {count:,} invoices, first time", first, "s"))
            print(row(f"{compression} package of {count:,} invoices, again", again, "s"))
    with server(chosen.many) as running:
        memory = tree_memory(psutil.Process(running.pid)) / MIB
        print(row(f"memory with {chosen.many:,} invoices (PSS)", memory, "MiB", 400))


if __name__ == "__main__":
    main()
