"""ksef-client's SDK fetches a package into memory; run by an interpreter that has it, never imported.

Reads `{"url", "nip", "token", "compression"}` from standard input and prints what `contenders.Contender.figures`
reads. The SDK refuses links to loopback; that check is switched off.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import ksef_client.http as checks  # type: ignore[import-not-found]  # only in that environment
from ksef_client import KsefClient, KsefClientOptions
from ksef_client import models as m
from ksef_client.services.crypto import build_encryption_data  # type: ignore[import-not-found]
from ksef_client.services.workflows import AuthCoordinator, ExportWorkflow  # type: ignore[import-not-found]

checks._validate_presigned_url_security = lambda _options, _url: None


def main() -> None:
    task = json.load(sys.stdin)
    with KsefClient(KsefClientOptions(base_url=task["url"])) as client:
        keys = {use: key for key in client.security.get_public_key_certificates() for use in key.usage}
        keys = {getattr(use, "value", use): key for use, key in keys.items()}
        token_key, symmetric_key = keys["KsefTokenEncryption"], keys["SymmetricKeyEncryption"]
        access = (
            AuthCoordinator(client.auth)
            .authenticate_with_ksef_token(
                token=task["token"],
                public_certificate=token_key.certificate,
                public_key_id=token_key.public_key_id,
                context_identifier_type="nip",
                context_identifier_value=task["nip"],
                poll_interval_seconds=0.02,
                max_attempts=1000,
            )
            .access_token
        )
        encryption = build_encryption_data(
            symmetric_key.certificate, public_key_id=symmetric_key.public_key_id
        )
        ordered = time.perf_counter()
        order = client.invoices.export_invoices(order_of(task, encryption), access_token=access)
        while (status := ready(client, order.reference_number, access)) is None:
            time.sleep(0.01)
        began, worked = time.perf_counter(), time.process_time()
        status = ready(client, order.reference_number, access)
        workflow = ExportWorkflow(client.invoices, client.http_client)
        files = workflow.download_and_process_package(status.package, encryption).invoice_xml_files
        done = time.perf_counter()
        figures = {
            "documents": len(files),
            "bytes": sum(len(text.encode()) for text in files.values()),
            "stored": done - began,
            "ordered": done - ordered,
            "cpu": time.process_time() - worked,
        }
    print(json.dumps(figures))


def order_of(task: dict[str, str], encryption: Any) -> Any:
    """All purchases of the last days."""
    since = datetime.now(UTC) - timedelta(days=30)
    return m.InvoiceExportRequest(
        encryption=encryption.encryption_info,
        only_metadata=False,
        compression_type=m.CompressionType(task["compression"]),
        filters=m.InvoiceQueryFilters(
            subject_type=m.InvoiceQuerySubjectType("Subject2"),
            date_range=m.InvoiceQueryDateRange(
                date_type=m.InvoiceQueryDateType("PermanentStorage"),
                from_=since.strftime("%Y-%m-%dT%H:%M:%SZ"),
                to=None,
                restrict_to_permanent_storage_hwm_date=True,
            ),
        ),
    )


def ready(client: Any, reference: str, access: str) -> Any:
    """The status of a finished export, None before."""
    status = client.invoices.get_export_status(reference, access_token=access)
    return status if status.status.code >= 200 else None


main()
