"""The one registry of what can be done at the keyboard: names, keys, labels and help, in English source texts.

Screens and widgets bind actions by name, the key bar, the help and the palette read the same entries; the name is
the binding's id, which is what a user's keymap refers to. Only keys that PuTTY sends are used, every F-key has a twin.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType

from blink_tui.i18n import N_


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can ask for."""

    name: str
    keys: tuple[str, ...]
    """Textual's names of keys; the first is the one shown."""
    call: str
    """The Textual action."""
    label: str
    """One or two words for the key bar."""
    help: str
    """One sentence for the help and the palette."""
    shown: bool = False
    """Whether the key bar has it."""
    in_palette: bool = False

    def binding(self) -> Binding:
        """The action as Textual binds it; texts stay untranslated, the widgets that show them translate."""
        return Binding(
            ",".join(self.keys), self.call, self.label, show=self.shown, id=self.name, tooltip=self.help
        )


_ALL: tuple[Action | str, ...] = (
    N_("Everywhere"),
    Action("help", ("f1", "question_mark"), "help", N_("Help"), N_("Show the keys of the pane in focus"), shown=True),
    Action("fetch", ("f5", "ctrl+r"), "fetch", N_("Fetch"),
           N_("Show what has arrived, then ask KSeF for the firms shown"), shown=True, in_palette=True),
    Action("next-pane", ("f6", "tab"), "app.focus_next", N_("Pane"), N_("Go to the next pane"), shown=True),
    Action("previous-pane", ("shift+tab",), "app.focus_previous", N_("Pane back"), N_("Go to the previous pane")),
    Action("back", ("escape",), "level_up", N_("Back"), N_("Go one level back; this never quits")),
    Action("palette", ("ctrl+p", "f12"), "palette", N_("Commands"), N_("Find a command by its name")),
    Action("language", ("ctrl+l",), "switch_language", N_("Language"),
           N_("Switch between Polish and English"), in_palette=True),
    Action("quit", ("ctrl+q",), "quit", N_("Quit"), N_("End the program"), in_palette=True),
    Action("interrupt", ("ctrl+c",), "quit_hint", N_("How to quit"), N_("Tell which key ends the program")),
    N_("Screens"),
    Action("go-desk", ("1",), "go('desk')", N_("Desk"),
           N_("Go to the desk: the office at a glance"), in_palette=True),
    Action("go-firms", ("2",), "go('firms')", N_("Firms"),
           N_("Go to the firms: whose invoices are fetched, and how"), in_palette=True),
    Action("go-access", ("3",), "go('access')", N_("Access"),
           N_("Go to the access to KSeF: tokens and certificates"), in_palette=True),
    Action("go-log", ("4",), "go('log')", N_("Fetching"), N_("Go to the live log of fetching"), in_palette=True),
    Action("go-buffer", ("5",), "go('buffer')", N_("Buffer"),
           N_("Go to the documents of the buffer"), in_palette=True),
    Action("go-coding", ("6",), "go('coding')", N_("Coding"),
           N_("Go to coding: what waits for a decision"), in_palette=True),
    Action("go-months", ("7",), "go('months')", N_("Months"),
           N_("Go to the closing of months"), in_palette=True),
    Action("go-handover", ("8",), "go('handover')", N_("Hand-over"),
           N_("Go to the hand-over of approved documents to the books"), in_palette=True),
    Action("go-settings", ("9",), "go('settings')", N_("Settings"),
           N_("Go to the settings of the profile and of this console"), in_palette=True),
    Action("go-manual", ("0",), "go('manual')", N_("Manual"),
           N_("Go to the manual: how the console works"), in_palette=True),
    N_("Hand-over"),
    Action("hand-over", ("f10", "ctrl+s"), "hand_over", N_("Hand over"),
           N_("Show what would be handed over for the marked firms, or the one under the cursor, then write it"),
           shown=True, in_palette=True),
    Action("reports", ("f9", "r"), "reports", N_("Reports"),
           N_("Write a report of a firm: JPK, tables, journals, the package; nothing is marked"),
           shown=True, in_palette=True),
    Action("export-settings", ("f4", "s"), "export_settings", N_("Settings"),
           N_("Say what the firm's formats need to know, and write a test file"), shown=True, in_palette=True),
    Action("books-back", ("f3", "v"), "books_back", N_("Read back"),
           N_("Read a firm's books back, see where they differ, answer what may be the same document"),
           shown=True, in_palette=True),
    Action("test-file", ("f9", "t"), "test_file", N_("Test file"),
           N_("Write a file with made-up documents in the format under the cursor, to try its import"), shown=True),
    Action("payments", ("f7", "p"), "payments", N_("Payments"),
           N_("See a firm's lists of payments, make one, take one back"), shown=True, in_palette=True),
    Action("make-payments", ("f10", "ctrl+s"), "make_payments", N_("Make a list"),
           N_("Show what falls due, then write a list of it"), shown=True),
    Action("cancel-payments", ("x", "delete"), "cancel_payments", N_("Take back"),
           N_("Take a list back that was not given to the bank, with a reason"), shown=True),
    Action("write-payments", ("f10", "ctrl+s"), "write_payments", N_("Write"),
           N_("Write the list of what is marked; each document is in one list"), shown=True),
    Action("write-files", ("f10", "ctrl+s"), "write_files", N_("Write"),
           N_("Write the files and mark the documents as handed over"), shown=True),
    Action("to-document", ("enter", "f2", "e"), "to_document", N_("Document"),
           N_("Close this and show the document in the buffer"), shown=True),
    Action("cancel-batch", ("x", "delete"), "cancel_batch", N_("Take back"),
           N_("Cancel the batch, or reopen single documents of one that was imported; asks which of both"), shown=True),
    Action("write-again", ("f10", "ctrl+s"), "write_again", N_("Write again"),
           N_("Write the same files once more; nothing else is changed"), shown=True),
    N_("Lists"),
    Action("up", ("up", "k"), "move(-1)", N_("Up"), N_("Go up one row")),
    Action("down", ("down", "j"), "move(1)", N_("Down"), N_("Go down one row")),
    Action("page-up", ("pageup", "ctrl+u"), "page(-1)", N_("Page up"), N_("Go up one page")),
    Action("page-down", ("pagedown", "ctrl+d"), "page(1)", N_("Page down"), N_("Go down one page")),
    Action("first", ("home", "g"), "first", N_("First"), N_("Go to the first row")),
    Action("last", ("end", "G"), "last", N_("Last"), N_("Go to the last row")),
    Action("mine", ("b",), "mine", N_("My clients"),
           N_("Show only the firms that you look after, or all of them again"), shown=True, in_palette=True),
    N_("Documents"),
    Action("mark-all", ("plus",), "mark_all", N_("Mark all"),
           N_("Mark every document of the filter, those beyond the screen, too; count and sum are shown first"),
           in_palette=True),
    Action("mark-none", ("minus",), "mark_none", N_("Unmark all"), N_("Take all marks away")),
    Action("mark-invert", ("asterisk",), "mark_invert", N_("Invert marks"),
           N_("Mark what is not marked and the other way round")),
    Action("search", ("f7", "slash"), "search", N_("Search"),
           N_("Go to the next document with these words; letter case and Polish marks do not matter"),
           shown=True, in_palette=True),
    Action("search-next", ("n",), "search_again(True)", N_("Next hit"), N_("Go to the next document with the words")),
    Action("search-previous", ("N",), "search_again(False)", N_("Previous hit"),
           N_("Go to the previous document with the words")),
    Action("filter", ("f8", "f"), "filter", N_("Filter"),
           N_("Show only some documents, such as: amount:>1000 status:fetched -type:KOR"), shown=True, in_palette=True),
    Action("filters", ("F",), "filters", N_("Saved filters"), N_("Use, save or forget a filter"), in_palette=True),
    Action("choose-firm", ("ctrl+f",), "app.choose_firm", N_("Firm"),
           N_("Choose one firm or all firms"), shown=True, in_palette=True),
    Action("columns", ("c",), "columns", N_("Columns"),
           N_("Choose the columns of the list, their order and width"), in_palette=True),
    Action("decide", ("f4", "d"), "decide", N_("Decide"),
           N_("Decide one document after another; the next one opens by itself"), shown=True, in_palette=True),
    Action("queue", ("f4", "d"), "open", N_("Decide"),
           N_("Go through the documents that wait, one after another"), shown=True, in_palette=True),
    Action("code", ("f10", "enter", "ctrl+s"), "code", N_("Code it"),
           N_("Code the document as it is proposed"), shown=True),
    Action("code-many", ("f10", "ctrl+s"), "code_many", N_("Code them"),
           N_("Code the documents whose proposals are complete; count and sum are shown first"),
           shown=True, in_palette=True),
    Action("approve", ("f9", "a"), "approve", N_("Approve"),
           N_("Approve the marked documents, or the one under the cursor"), shown=True, in_palette=True),
    Action("edit-coding", ("f4", "e", "d"), "edit_coding", N_("Editor"),
           N_("Edit lines, months and amounts of the document's coding"), shown=True),
    Action("why", ("f6", "y"), "why", N_("Why"),
           N_("Show which rule decided, what of the document fits it, and why these months"), shown=True),
    Action("query", ("w",), "query", N_("Query"),
           N_("Set documents aside with a question that is to be cleared up"), shown=True, in_palette=True),
    Action("exclude", ("x", "delete"), "exclude", N_("Do not book"),
           N_("Do not book documents, with a reason and who decided"), shown=True, in_palette=True),
    Action("reopen", ("o",), "reopen", N_("Reopen"),
           N_("Put documents back: what was set aside to where it was, the rest to decide anew"), in_palette=True),
    Action("book", ("B",), "book", N_("In the books"),
           N_("Confirm that documents stand in the books: handed over, or booked by another source"), in_palette=True),
    Action("edit-coding-here", ("E",), "edit_coding", N_("Editor"),
           N_("Edit the coding of the document under the cursor"), in_palette=True),
    Action("skip", ("space", "n"), "skip", N_("Skip"), N_("Leave the document for later and go on"), shown=True),
    Action("skipped-back", ("N",), "skipped_back", N_("Skipped"), N_("Go back to the document skipped last")),
    Action("undo", ("ctrl+z",), "undo", N_("Undo"), N_("Take your last decision back"), shown=True, in_palette=True),
    Action("leave-queue", ("escape",), "leave", N_("Back"), N_("Leave the queue; what is decided stays decided"),
           shown=True),
    Action("sort", ("s",), "sort", N_("Sort"), N_("Sort by the next column"), in_palette=True),
    Action("sort-turn", ("S",), "sort_turn", N_("Turn the order"), N_("Turn the order of sorting round"),
           in_palette=True),
    Action("tree", ("t",), "tree", N_("Tree"), N_("Hide or show the tree of statuses"), in_palette=True),
    Action("xml", ("f3", "v"), "xml", N_("XML"), N_("Show the XML of the document as it was received"),
           in_palette=True),
    N_("Coding editor"),
    Action("cell-take", ("enter",), "take(0)", N_("Take"), N_("Take what is typed, or the suggestion under the cursor"),
           shown=True),
    Action("cell-done", ("tab",), "take(1)", N_("Next cell"), N_("Take what is typed and go on to the next cell"),
           shown=True),
    Action("cell-done-back", ("shift+tab",), "take(-1)", N_("Cell before"),
           N_("Take what is typed and go back to the cell before")),
    Action("leave-cell", ("escape",), "leave_cell", N_("Leave"), N_("Leave the cell as it was"), shown=True),
    Action("save-coding", ("f10", "ctrl+s"), "save", N_("Save"),
           N_("Code the document so; what is not complete is saved as a draft"), shown=True),
    Action("line-split", ("f7", "s"), "line('split')", N_("Split"),
           N_("Split the line: 50/50, 30%, an amount, or w by the invoice's rows"), shown=True),
    Action("scheme", ("f8", "z"), "scheme", N_("Scheme"),
           N_("Choose a posting scheme; its lines take the place of these"), shown=True),
    Action("choices", ("f4", "d"), "choices", N_("Data"),
           N_("Change parameters, VAT month, day of the books, rates, payments"), shown=True),
    Action("copy-last", ("f5", "c"), "copy_last", N_("Last one"),
           N_("Code as this seller's last document was coded, with the amounts of this one"), shown=True),
    Action("line-add", ("insert", "n"), "line('add')", N_("Add"),
           N_("Add a line with the remaining difference"), shown=True),
    Action("line-delete", ("delete", "x"), "line('delete')", N_("Delete"), N_("Delete the line"), shown=True),
    Action("line-fill", ("r",), "line('fill')", N_("Rest"), N_("Add the remaining difference to the line"), shown=True),
    Action("line-double", ("p",), "line('double')", N_("Double"), N_("Put a second line like this one below it")),
    Action("undo-edit", ("ctrl+z",), "undo", N_("Undo"), N_("Take the last change back"), shown=True),
    Action("cell-edit", ("enter", "f2", "e"), "edit", N_("Edit"),
           N_("Type into the cell; on the side it turns debit and credit")),
    Action("cell-next", ("right", "l", "tab"), "cell(1)", N_("Next cell"), N_("Go to the next cell")),
    Action("cell-previous", ("left", "h", "shift+tab"), "cell(-1)", N_("Cell before"), N_("Go to the cell before")),
    Action("leave-editor", ("escape",), "leave", N_("Back"), N_("Leave the editor; what was changed is found again"),
           shown=True),
    N_("Pages of a text"),
    Action("next-tab", ("right", "l"), "tab(1)", N_("Next tab"), N_("Show the next page of the document"),
           shown=True),
    Action("previous-tab", ("left", "h"), "tab(-1)", N_("Previous tab"),
           N_("Show the previous page of the document")),
    N_("Lines to type in"),
    Action("complete", ("tab",), "complete", N_("Complete"), N_("Take the first suggestion"), shown=True),
    Action("leave-line", ("escape",), "leave_line", N_("Leave"), N_("Close the line; the list stays as it is"),
           shown=True),
    N_("Columns of the list"),
    Action("column-show", ("space", "insert"), "column_show", N_("Show"), N_("Show the column or hide it"), shown=True),
    Action("column-earlier", ("K",), "column_move(-1)", N_("Earlier"), N_("Put the column one place to the left"),
           shown=True),
    Action("column-later", ("J",), "column_move(1)", N_("Later"), N_("Put the column one place to the right"),
           shown=True),
    Action("column-wider", ("right", "l"), "column_width(1)", N_("Wider"), N_("Make the column wider"), shown=True),
    Action("column-narrower", ("left", "h"), "column_width(-1)", N_("Narrower"), N_("Make the column narrower")),
    Action("column-usual", ("u",), "usual", N_("Usual"), N_("Let the program choose the columns")),
    N_("What waits, and months"),
    Action("questions", ("w",), "questions", N_("Questions"),
           N_("Show the open questions to clients, the oldest first"), shown=True, in_palette=True),
    Action("previous-month", ("left", "h"), "month(-1)", N_("Month back"), N_("Show the month before"), shown=True),
    Action("next-month", ("right", "l"), "month(1)", N_("Month on"), N_("Show the month after"), shown=True),
    Action("sign-off", ("f10", "ctrl+s"), "sign_off", N_("Sign off"),
           N_("Sign the firm's month off and lock it; with a reason where something is left"), shown=True,
           in_palette=True),
    Action("unlock", ("u",), "unlock", N_("Unlock"), N_("Open a closed month again, with a reason"), shown=True,
           in_palette=True),
    Action("print-page", ("p",), "print_page", N_("Print"),
           N_("Write the closing page of the firm's month to a file"), shown=True, in_palette=True),
    Action("lead", ("enter", "f2"), "lead", N_("Documents"), N_("Show the documents of the point"), shown=True),
    N_("Log of fetching"),
    Action("filter-log", ("f8", "f"), "filter", N_("Filter"),
           N_("Show only the firms with some words in their names"), shown=True, in_palette=True),
    Action("errors-only", ("e",), "errors_only", N_("Errors"),
           N_("Show only what went wrong, or everything again"), shown=True, in_palette=True),
    Action("follow-newest", ("z",), "last", N_("Follow"), N_("Go to the newest and follow it"), shown=True),
    Action("open-pass", ("enter", "f2"), "open", N_("Open"), N_("Show all that a pass told"), shown=True),
    N_("Lists of firms and of what logs in"),
    Action("documents", ("enter",), "documents", N_("Documents"), N_("Show the documents of the firm"), shown=True),
    Action("add", ("insert", "n"), "add", N_("Add"), N_("Add one more to the list"), shown=True, in_palette=True),
    Action("edit", ("f2", "e"), "edit", N_("Edit"), N_("Change the one under the cursor"), shown=True,
           in_palette=True),
    Action("books", ("f3", "v"), "books", N_("Books"),
           N_("Set up how the firm keeps its books, its accounts and its own rules"), shown=True, in_palette=True),
    Action("rules", ("r",), "rules", N_("Rules"),
           N_("See, change and try the rules and schemes of the office"), shown=True, in_palette=True),
    Action("switch", ("x", "delete"), "switch", N_("Off/on"),
           N_("Stop fetching for the firm or begin again; its documents stay"), shown=True, in_palette=True),
    Action("pause", ("p",), "pause", N_("Pause"),
           N_("Let the schedule leave the firm alone for a while, or go on"), shown=True, in_palette=True),
    Action("narrow", ("f8", "f"), "narrow", N_("Filter"), N_("Show only what holds some words"), shown=True,
           in_palette=True),
    Action("discover", ("f4", "d"), "discover", N_("Find clients"),
           N_("Ask KSeF which firms granted the office access, and add them"), shown=True, in_palette=True),
    Action("check", ("c",), "check", N_("Check"), N_("Log in now and tell what KSeF says"), shown=True,
           in_palette=True),
    Action("check-all", ("C",), "check_all", N_("Check all"), N_("Log in for every firm and tell what KSeF says"),
           in_palette=True),
    Action("remove", ("x", "delete"), "remove", N_("Remove"), N_("Forget the access, its secret and its logins"),
           shown=True, in_palette=True),
    N_("Lists to pick from"),
    Action("pick-all", ("plus",), "mark_all", N_("All"), N_("Mark all of the list"), shown=True),
    Action("pick-none", ("minus",), "mark_none", N_("None"), N_("Take all marks away"), shown=True),
    N_("Accounts, rules and schemes"),
    Action("account-switch", ("x", "delete"), "account_switch", N_("Close/open"),
           N_("Close the account, so that it is not offered any more, or open it again"), shown=True),
    Action("import-list", ("i",), "import_list", N_("Import"), N_("Read the list from a file"), shown=True),
    Action("starter", ("s",), "starter", N_("Starter"),
           N_("Take what is missing from the starter chart that comes with the program"), shown=True),
    Action("edit-text", ("f4", "d"), "edit_text", N_("As text"),
           N_("Change the one under the cursor as TOML text; on an empty list begin one"), shown=True),
    Action("versions", ("v",), "versions", N_("Versions"), N_("Show every version, with who saved it and when"),
           shown=True),
    Action("retire", ("x", "delete"), "retire", N_("Retire"),
           N_("Take it out of use; its versions and what it coded stay"), shown=True),
    Action("try", ("f9", "ctrl+t"), "try", N_("Try"),
           N_("Show what it would change among documents that are not approved yet; nothing is saved"), shown=True),
    N_("Forms"),
    Action("save", ("f10", "ctrl+s"), "save", N_("Save"), N_("Save what was filled in"), shown=True),
    Action("afresh", ("ctrl+n",), "afresh", N_("Afresh"), N_("Forget what is half typed and begin again")),
    Action("field-next", ("tab", "down"), "step(1)", N_("Next field"), N_("Go to the next field")),
    Action("field-previous", ("shift+tab", "up"), "step(-1)", N_("Field before"), N_("Go to the field before")),
    Action("field-done", ("enter",), "field_done", N_("Done"), N_("Go to the next field; after the last one save")),
    Action("choice-next", ("right", "l", "space"), "choose(1)", N_("Other"), N_("Choose the next value"), shown=True),
    Action("choice-previous", ("left", "h"), "choose(-1)", N_("Other"), N_("Choose the value before")),
    N_("Rows"),  # last in the key bar
    Action("mark", ("space", "insert", "m"), "mark", N_("Mark"), N_("Mark the row and go down"), shown=True),
    Action("open", ("enter", "f2", "e"), "open", N_("Open"), N_("Open the row under the cursor"), shown=True),
    N_("Questions"),
    Action("yes", ("enter", "y", "t"), "answer(True)", N_("Yes"), N_("Do it"), shown=True),
    Action("no", ("escape", "n"), "answer(False)", N_("No"), N_("Do not"), shown=True),
    Action("close", ("escape", "f1", "question_mark", "q"), "close", N_("Close"), N_("Close this window"), shown=True),
    Action("pick", ("enter",), "pick", N_("Choose"), N_("Take the row under the cursor"), shown=True),
    Action("stop", ("escape",), "stop", N_("Stop"), N_("Stop after this step; what is done stays done"), shown=True),
    Action("books-same", ("1",), "same_or_not('same')", N_("The same"),
           N_("The row of the books is this document: it is booked, and not handed over"), shown=True),
    Action("books-another", ("2",), "same_or_not('another')", N_("Another"),
           N_("The row of the books is another document: this one goes its own way"), shown=True),
    Action("books-doubled", ("3",), "same_or_not('doubled')", N_("Doubled"),
           N_("The seller issued it twice: what is booked stays, this document is not booked"), shown=True),
    Action("never-imported", ("1",), "imported(False)", N_("Not imported"),
           N_("The ledger program never got the file: take the whole batch back"), shown=True),
    Action("was-imported", ("2",), "imported(True)", N_("Imported"),
           N_("The ledger program has the documents: reopen single ones to be put right"), shown=True),
    Action("leave", ("escape",), "leave", N_("Cancel"), N_("Close without a choice"), shown=True),
    Action("pick-up", ("up",), "pick_move(-1)", N_("Up"), N_("Go up one row")),
    Action("pick-down", ("down",), "pick_move(1)", N_("Down"), N_("Go down one row")),
    Action("pick-page-up", ("pageup",), "pick_page(-1)", N_("Page up"), N_("Go up one page")),
    Action("pick-page-down", ("pagedown",), "pick_page(1)", N_("Page down"), N_("Go down one page")),
)  # fmt: skip

ACTIONS: dict[str, Action] = {action.name: action for action in _ALL if isinstance(action, Action)}
"""Every action by its name."""


def _groups() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in _ALL:
        if isinstance(entry, str):
            names = found.setdefault(entry, [])
        else:
            names.append(entry.name)
    return found


GROUPS: dict[str, list[str]] = _groups()
"""Names of the actions under the title of where they work."""

_KEY_NAMES = {
    "question_mark": "?", "slash": "/", "plus": "+", "minus": "-", "asterisk": "*", "space": N_("Space"),
    "escape": "Esc", "enter": "Enter", "insert": "Ins", "delete": "Del", "pageup": "PgUp", "pagedown": "PgDn",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "home": "Home", "end": "End", "tab": "Tab",
}  # fmt: skip


def bindings(*names: str) -> list[BindingType]:
    """Bindings of these actions, for a class's BINDINGS."""
    return [ACTIONS[name].binding() for name in names]


def key_name(key: str) -> str:
    """A key as it is written on a keyboard: `Ctrl+R`, `F5`, `PgUp`."""
    from blink_tui.i18n import _

    *modifiers, last = key.split("+")
    name = _(_KEY_NAMES[last]) if last in _KEY_NAMES else last.upper() if modifiers or len(last) > 1 else last
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])
