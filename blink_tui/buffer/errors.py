"""What can go wrong in the buffer, in the accountant's words."""

from __future__ import annotations

from blink_tui.i18n import N_, Message
from blink_tui.model.errors import ErrorKind, ExitCode

DISK_FULL = ErrorKind(
    "disk-full",
    ExitCode.FAILED,
    N_("The disk is full or cannot be written. What was stored before is safe; make room and try again."),
)
DAMAGED = ErrorKind(
    "buffer-damaged",
    ExitCode.FAILED,
    N_("The buffer is damaged: {what}. Restore it from a backup."),
)
NOT_OPENED = ErrorKind(
    "buffer-not-opened",
    ExitCode.FAILED,
    N_("The buffer {path} cannot be opened. Check that the folder exists and may be read and written."),
)
NOT_ALLOWED = ErrorKind(
    "buffer-not-allowed",
    ExitCode.FAILED,
    N_(
        "The account {account} may not read and write {path}. Run the program as the account whose profile it is, or"
        " have its folder shared with a group (docs/doctor.md)."
    ),
)
NEWER_SCHEMA = ErrorKind(
    "newer-schema",
    ExitCode.FAILED,
    N_(
        "The buffer was written by a newer version of the program. Install the newer version and start again."
    ),
)
OLDER_SCHEMA = ErrorKind(
    "older-schema",
    ExitCode.FAILED,
    N_(
        "The buffer was written by an older version of the program. Start the console once to bring it up to date."
    ),
)
OLD_SQLITE = ErrorKind(
    "old-sqlite",
    ExitCode.FAILED,
    N_("SQLite {found} is too old, {needed} is needed. Use a Python with a newer SQLite."),
)
BUSY = ErrorKind(
    "buffer-busy",
    ExitCode.WORK_HELD,
    N_("Another program holds the buffer for too long. Try again in a moment."),
)
NO_ROOM_TO_MIGRATE = ErrorKind(
    "no-room-to-migrate",
    ExitCode.FAILED,
    N_(
        "The buffer is to get a newer schema, and {folder} has no room for the copy that is kept of the old one."
        " Nothing was changed; make room, or do without the copy: {variable}=1"
    ),
)
WORK_STOPPED = ErrorKind("work-stopped", ExitCode.FAILED, N_("It was stopped; nothing half done is left."))
ERASED_MEANWHILE = ErrorKind(
    "erased-meanwhile",
    ExitCode.FAILED,
    N_("The firm is being erased, or was erased meanwhile: nothing can be added to its documents any more."),
)
STOPPED = ErrorKind("search-stopped", ExitCode.FAILED, N_("The search was stopped."))
CHANGED_MEANWHILE = ErrorKind(
    "changed-meanwhile",
    ExitCode.FAILED,
    N_("{what} was changed meanwhile {change}. Look at it again and repeat."),
)
FIRM_EXISTS = ErrorKind(
    "firm-exists",
    ExitCode.USAGE,
    N_("The firm {context} is already registered in this environment."),
)
FIRM_UNKNOWN = ErrorKind("firm-unknown", ExitCode.USAGE, N_("There is no such firm: {context}."))
CREDENTIAL_UNKNOWN = ErrorKind(
    "credential-unknown", ExitCode.USAGE, N_("There is no such credential: {credential}.")
)
DOCUMENT_UNKNOWN = ErrorKind(
    "document-unknown", ExitCode.USAGE, N_("There is no such document in the buffer: {document}.")
)
HASH_CONFLICT = ErrorKind(
    "hash-conflict",
    ExitCode.FAILED,
    N_("KSeF sent other bytes for document {ksef_number} than the buffer holds. Nothing was stored."),
)
STATUS_NOT_ALLOWED = ErrorKind(
    "status-not-allowed",
    ExitCode.FAILED,
    N_("Document {ksef_number} cannot go from status {before} to {after}."),
)
BATCH_UNKNOWN = ErrorKind("batch-unknown", ExitCode.USAGE, N_("There is no such batch: {batch}."))
BATCH_CANCELLED = ErrorKind(
    "batch-cancelled",
    ExitCode.FAILED,
    N_("Batch {batch} is cancelled already; its documents are approved again."),
)
BATCH_IMPORTED = ErrorKind(
    "batch-imported",
    ExitCode.FAILED,
    N_(
        "Batch {batch} cannot be cancelled whole: its document {ksef_number} is booked or was reopened since, so the"
        " books have the file. Reopen single documents, they come again to be put right in the books."
    ),
)
NOT_IN_BOOKS = ErrorKind(
    "not-in-books",
    ExitCode.FAILED,
    N_("Document {ksef_number} is not handed over to the books, so there is nothing to put right in them."),
)
AMENDS_APART = ErrorKind(
    "amends-apart",
    ExitCode.FAILED,
    N_(
        "What the books have of document {ksef_number} changed meanwhile: what is to be put right in them is handed"
        " over apart from new documents. Nothing was marked; repeat."
    ),
)
WRONG_FIRM = ErrorKind(
    "document-of-another-firm",
    ExitCode.USAGE,
    N_("Document {ksef_number} belongs to another firm than the batch."),
)
DECISION_UNKNOWN = ErrorKind(
    "nothing-to-undo",
    ExitCode.USAGE,
    N_("There is no such decision of yours that could be taken back: {decision}. See: blink doc undo --list"),
)
NO_FILTER = ErrorKind(
    "no-filter", ExitCode.USAGE, N_("You keep no filter @{name}. See yours: blink filter list")
)
FILTER_EXISTS = ErrorKind(
    "filter-exists", ExitCode.USAGE, N_("You keep a filter @{name} already; another name, or --replace.")
)
BOOKS_OF_FIRM = Message(N_("The firm's books"))
EXPORT_SETTINGS = Message(N_("What the firm says about its exports"))
CHART_OF_FIRM = Message(N_("The firm's chart of accounts"))
SETTING = Message(N_("The setting"))
MONTH_LOCKED = ErrorKind("month-locked", ExitCode.USAGE, N_("The month {month} is locked already."))
MONTH_NOT_LOCKED = ErrorKind("month-not-locked", ExitCode.USAGE, N_("The month {month} is not locked."))
REASON_WANTED = ErrorKind("reason-wanted", ExitCode.USAGE, N_("Say why."))
QUESTION_UNKNOWN = ErrorKind(
    "question-unknown", ExitCode.USAGE, N_("There is no open question number {number} of this firm.")
)
NOT_TO_CODE = ErrorKind(
    "not-to-code",
    ExitCode.FAILED,
    N_("Document {ksef_number} has status {status} and is not to be coded now; reopen it first."),
)
PERSON_DECIDES = ErrorKind(
    "person-decides",
    ExitCode.USAGE,
    N_("Only a person decides so; the program and its rules code documents and do nothing more."),
)
KEPT_ELSEWHERE = ErrorKind(
    "kept-elsewhere",
    ExitCode.FAILED,
    N_(
        "Document {ksef_number} is booked by another source and is never handed over; reopen it. Nothing was written."
    ),
)
DIRECTION_CODED = ErrorKind(
    "direction-coded",
    ExitCode.FAILED,
    N_("Document {ksef_number} is coded; reopen it before its direction is changed."),
)
IN_BOOKS = ErrorKind(
    "already-exported",
    ExitCode.FAILED,
    N_("{number} is handed over to the books already; its coding stays as it is."),
)
INCOMPLETE = ErrorKind("coding-incomplete", ExitCode.FAILED, N_("Not coded. {why}"))
CLOSED_MONTH = ErrorKind(
    "closed-month-changes",
    ExitCode.FAILED,
    N_(
        "Not added: {month} is closed and would change. Choose an open month for the VAT of the payment,"
        " or open {month} again."
    ),
)
BOOK_QUESTION = ErrorKind(
    "book-question",
    ExitCode.FAILED,
    N_(
        "Document {ksef_number} may stand in the books already, as {number} of {day}. Answer first: blink books answer."
        " Nothing was written."
    ),
)
IN_BOOKS_ALREADY = ErrorKind(
    "in-the-books-already",
    ExitCode.FAILED,
    N_(
        "Document {ksef_number} stands in the books already: {file}. It is not handed over again; read the books back"
        " once more and it becomes booked. Nothing was written."
    ),
)
IMPORT_GONE = ErrorKind(
    "import-gone",
    ExitCode.FAILED,
    N_("Another import of this firm's books came in between. Nothing of this one was kept; import it again."),
)
NO_QUESTION = ErrorKind(
    "no-book-question",
    ExitCode.USAGE,
    N_("There is no open question of the books about document {ksef_number}. See: blink books compare"),
)
NO_PAYMENTS = ErrorKind(
    "payments-unknown",
    ExitCode.USAGE,
    N_("There is no list of payments number {batch}. See: blink payments list"),
)
PAYMENTS_CANCELLED = ErrorKind(
    "payments-cancelled", ExitCode.USAGE, N_("The list of payments {batch} is cancelled already.")
)
IN_PAYMENTS = ErrorKind(
    "already-in-payments",
    ExitCode.FAILED,
    N_("Document {ksef_number} is in the list of payments {batch} already. Nothing was written."),
)
NOT_TO_PAY = ErrorKind(
    "not-to-pay",
    ExitCode.FAILED,
    N_("Document {ksef_number} ({status}) is no approved purchase and is not paid. Nothing was written."),
)
HAND_OVERS_UNKNOWN = ErrorKind(
    "hand-overs-unknown",
    ExitCode.FAILED,
    N_(
        "The buffer was restored from a backup of {since} (UTC), and it is not known what of the firm {context} was"
        " handed over after that. Read its books back first (blink books import), then answer for it:"
        " blink restore --confirm --firm {context} --reason"
    ),
)
HANDED_OVER_BEFORE = ErrorKind(
    "handed-over-before-restore",
    ExitCode.FAILED,
    N_(
        "Document {ksef_number} was handed over by batch {batch} before the buffer was restored from a backup. Nothing"
        " was written."
    ),
)
NOTHING_TO_CONFIRM = ErrorKind(
    "nothing-to-confirm",
    ExitCode.USAGE,
    N_("Nothing is to be answered for: what was handed over is known."),
)
TARGET_EXISTS = ErrorKind(
    "target-exists",
    ExitCode.USAGE,
    N_("There is a target {name} already. To give it another address: blink notify add {name} --replace"),
)
TARGET_UNKNOWN = ErrorKind(
    "target-unknown",
    ExitCode.USAGE,
    N_("There is no target {name} for notices. See the known ones: blink notify list"),
)
