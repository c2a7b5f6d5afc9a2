"""A small caller of the sandbox, made for these tests alone: it shares nothing with the program's client."""

from __future__ import annotations

import base64
import io
import json
import os
import ssl
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from blink_tui.sandbox import RunningSandbox
from blink_tui.sandbox.state import Firm
from tests.sandbox import contract

OAEP = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
TLS = ssl.create_default_context()
"""Made once: reading the certificates of all authorities costs more than most tests."""
_PATIENCE = 5_000
"""Questions after which an export is taken to hang."""
LONG_AGO = "2026-03-01T00:00:00Z"


@dataclass(frozen=True)
class Archive:
    """A package after download: its files, its metadata, the parts as the status told of them."""

    files: dict[str, bytes]
    metadata: list[dict[str, Any]]
    package: dict[str, Any]


class Caller:
    """Speaks to one sandbox; every answer is compared with the contract."""

    def __init__(self, sandbox: RunningSandbox, *, problem_details: bool = True) -> None:
        self.sandbox = sandbox
        self.judging = True
        """Compare answers with the contract; off where faults break it on purpose."""
        self._prefix = httpx.URL(sandbox.url).path
        self.http = httpx.Client(
            base_url=sandbox.url,
            headers={"X-Error-Format": "problem-details"} if problem_details else {},
            event_hooks={"response": [self._judge]},
            verify=TLS,
        )

    def _judge(self, response: httpx.Response) -> None:
        if self.judging:
            response.read()
            contract.check(response, self._prefix)

    def control(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """An operation of the sandbox itself."""
        with httpx.Client(verify=TLS) as http:
            return http.request(method, f"{self.sandbox.state.base}/_sandbox/{path}", **arguments)

    def fault(self, do: str, **parameters: Any) -> None:
        """Put a fault in force."""
        answer = self.control("POST", "faults", json={"do": do} | parameters)
        assert answer.status_code == 200, answer.text

    def key(self, usage: str) -> dict[str, Any]:
        """The published key of a usage."""
        keys: list[dict[str, Any]] = self.http.get("/security/public-key-certificates").json()
        return next(key for key in keys if usage in key["usage"])

    def seal(self, usage: str, data: bytes, key: dict[str, Any] | None = None) -> str:
        """Data under a published key, the first of its usage unless one is given."""
        chosen = key or self.key(usage)
        certificate = x509.load_der_x509_certificate(base64.b64decode(chosen["certificate"]))
        public = certificate.public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        return base64.b64encode(public.encrypt(data, OAEP)).decode()

    def begin(self, token: str, nip: str, **changes: Any) -> httpx.Response:
        """Challenge and token login `under` a published key; `changes` go into the request."""
        challenge = self.http.post("/auth/challenge").json()
        key = changes.pop("under", None) or self.key("KsefTokenEncryption")
        sealed = self.seal("KsefTokenEncryption", f"{token}|{challenge['timestampMs']}".encode(), key)
        request = {
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": "Nip", "value": nip},
            "encryptedToken": sealed,
            "publicKeyId": key["publicKeyId"],
        }
        return self.http.post("/auth/ksef-token", json=request | changes)

    def status(self, begun: httpx.Response) -> dict[str, Any]:
        """Where a login stands."""
        body = begun.json()
        answer = self.http.get(f"/auth/{body['referenceNumber']}", headers=self.operation(begun))
        status: dict[str, Any] = answer.json()["status"]
        return status

    @staticmethod
    def operation(begun: httpx.Response) -> dict[str, str]:
        """Headers with the token of a login under way."""
        return bearer(begun.json()["authenticationToken"]["token"])

    def login(self, firm: Firm) -> dict[str, Any]:
        """Both tokens of a firm; its access token goes with every request from now on."""
        begun = self.begin(firm.token, firm.nip)
        tokens: dict[str, Any] = self.http.post("/auth/token/redeem", headers=self.operation(begun)).json()
        self.http.headers.update(bearer(tokens["accessToken"]["token"]))
        return tokens

    def query(
        self, subject: str = "Subject1", filters: dict[str, Any] | None = None, **params: Any
    ) -> httpx.Response:
        """One page of metadata as the answer gives it."""
        return self.http.post("/invoices/query/metadata", params=params, json=asked(subject, filters))

    def everything(self, subject: str) -> list[dict[str, Any]]:
        """All documents of a subject, page by page."""
        rows: list[dict[str, Any]] = []
        page = 0
        while True:
            body = self.query(subject, pageOffset=page, pageSize=250).json()
            rows += body["invoices"]
            if not body["hasMore"]:
                return rows
            page += 1

    def order(self, subject: str = "Subject1", **changes: Any) -> tuple[httpx.Response, bytes, bytes]:
        """An export; the answer, the key and the IV."""
        key, iv = os.urandom(32), os.urandom(16)
        request = {
            "encryption": {
                "encryptedSymmetricKey": self.seal("SymmetricKeyEncryption", key),
                "initializationVector": base64.b64encode(iv).decode(),
                "publicKeyId": self.key("SymmetricKeyEncryption")["publicKeyId"],
            },
            "filters": asked(subject, changes.pop("filters", None)),
        }
        return self.http.post("/invoices/exports", json=request | changes), key, iv

    def ready(self, reference: str, pause: Callable[[], object] = lambda: time.sleep(0)) -> dict[str, Any]:
        """The status of an export once it is no longer busy; building takes the sandbox a moment of real time.

        A server with limits wants a `pause` that moves its clock.
        """
        for _ in range(_PATIENCE):
            body: dict[str, Any] = self.http.get(f"/invoices/exports/{reference}").json()
            if body["status"]["code"] != 100:
                return body
            pause()
        raise AssertionError(f"export {reference} stays at status 100")

    def export(self, subject: str = "Subject1", **changes: Any) -> Archive:
        """Order, wait, download, decrypt, unpack."""
        answer, key, iv = self.order(subject, **changes)
        assert answer.status_code == 201, answer.text
        package = self.ready(answer.json()["referenceNumber"])["package"]
        plain = b"".join(decrypt(fetch(part["url"]).content, key, iv) for part in package["parts"])
        files = unpack(plain, package["compressionType"])
        metadata = json.loads(files.pop("_metadata.json"))["invoices"]
        return Archive(files, metadata, package)


def fetch(url: str) -> httpx.Response:
    """Something outside the API, by its whole address and without a token."""
    with httpx.Client(verify=TLS) as http:
        return http.get(url)


def asked(subject: str, filters: dict[str, Any] | None) -> dict[str, Any]:
    """Filters of a query: everything up to the mark, with changes."""
    dates = {"dateType": "PermanentStorage", "from": LONG_AGO, "restrictToPermanentStorageHwmDate": True}
    changes = dict(filters or {})
    return {"subjectType": subject, "dateRange": dates | changes.pop("dateRange", {}), **changes}


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def decrypt(data: bytes, key: bytes, iv: bytes) -> bytes:
    """A part in clear."""
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(iv)).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    padded = decryptor.update(data) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()


def unpack(data: bytes, compression: str) -> dict[str, bytes]:
    """The files of an archive."""
    if compression == "Zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        return {member.name: _content(tar, member) for member in tar.getmembers()}


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = tar.extractfile(member)
    assert stream is not None
    return stream.read()


def code_of(response: httpx.Response) -> int:
    """KSeF's code of a refusal in problem details."""
    assert response.status_code == 400, response.text
    code: int = response.json()["errors"][0]["code"]
    return code


def parts_of(caller: Caller, order: tuple[httpx.Response, bytes, bytes]) -> list[dict[str, Any]]:
    """Parts of the package that was ordered."""
    package = caller.ready(order[0].json()["referenceNumber"])["package"]
    parts: list[dict[str, Any]] = package["parts"]
    return parts
