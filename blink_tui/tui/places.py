"""Where actions are offered together: a pane, its screen, the program. One key has one meaning in a place."""

from __future__ import annotations

from typing import TypeAlias

from textual.dom import DOMNode

from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.screens.access import AccessRows, AccessScreen
from blink_tui.tui.screens.accounts import ChartWindow, RolesWindow
from blink_tui.tui.screens.batch import BatchWindow
from blink_tui.tui.screens.buffer import BufferScreen
from blink_tui.tui.screens.coding import CodingRows, CodingScreen
from blink_tui.tui.screens.columns import ColumnRows, ColumnsWindow
from blink_tui.tui.screens.compare import CompareWindow, PairRows
from blink_tui.tui.screens.desk import DeskScreen
from blink_tui.tui.screens.dialogs import Choose, Confirm, DocumentWindow, PagesWindow, TextWindow
from blink_tui.tui.screens.editor import EditorWindow
from blink_tui.tui.screens.export_settings import ExportSettingsWindow
from blink_tui.tui.screens.firms import FirmList, FirmsScreen
from blink_tui.tui.screens.first_run import FirstRun
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.screens.handover import HandoverScreen
from blink_tui.tui.screens.imported import WasImported
from blink_tui.tui.screens.lists import ListRows
from blink_tui.tui.screens.log import LogRows, LogScreen
from blink_tui.tui.screens.manual import ManualScreen
from blink_tui.tui.screens.months import MonthRows, MonthsScreen, PointRows, PointsWindow
from blink_tui.tui.screens.open_questions import QuestionsWindow
from blink_tui.tui.screens.pay import PayWindow
from blink_tui.tui.screens.payments import PaymentsWindow
from blink_tui.tui.screens.pick import PickRows, PickWindow
from blink_tui.tui.screens.preview import PreviewRows, PreviewWindow
from blink_tui.tui.screens.questions import AskText, Working
from blink_tui.tui.screens.queue import QueueWindow
from blink_tui.tui.screens.read_back import ReadBackWindow
from blink_tui.tui.screens.rule_text import RuleTextWindow
from blink_tui.tui.screens.rules import RuleForm, RulesWindow
from blink_tui.tui.screens.run import RunWindow
from blink_tui.tui.screens.settings import SettingRows, SettingsScreen
from blink_tui.tui.screens.trial import TrialWindow
from blink_tui.tui.widgets.asking import TypedLine
from blink_tui.tui.widgets.cell import CellLine
from blink_tui.tui.widgets.completing import CompletingLine
from blink_tui.tui.widgets.detail import DetailPane
from blink_tui.tui.widgets.documents import DocumentRows
from blink_tui.tui.widgets.firms import FirmRows
from blink_tui.tui.widgets.form import ChoiceLine
from blink_tui.tui.widgets.grid import InvoiceGrid
from blink_tui.tui.widgets.handing import BatchRows, WaitingRows
from blink_tui.tui.widgets.posting import LineGrid
from blink_tui.tui.widgets.tabs import Chapters
from blink_tui.tui.widgets.text import TextView
from blink_tui.tui.widgets.tree import StatusTree
from blink_tui.tui.widgets.waiting import WaitingPane

Place: TypeAlias = tuple[type[DOMNode], ...]
"""From the pane outwards."""

PLACES: tuple[Place, ...] = (
    *((pane, DeskScreen, ConsoleApp) for pane in (FirmRows, TextView)),
    *((pane, LogScreen, ConsoleApp) for pane in (LogRows, TextView)),
    *((pane, BufferScreen, ConsoleApp) for pane in (InvoiceGrid, StatusTree, DetailPane)),
    *((pane, HandoverScreen, ConsoleApp) for pane in (WaitingRows, BatchRows, TextView)),
    (PreviewRows, PreviewWindow), (TextView, PreviewWindow), (DocumentRows, BatchWindow), (TextView, BatchWindow),
    *((pane, CodingScreen, ConsoleApp) for pane in (CodingRows, TextView)),
    *((pane, MonthsScreen, ConsoleApp) for pane in (MonthRows, TextView)),
    (PointRows, PointsWindow), (TextView, PointsWindow),
    *((pane, window) for pane in (ListRows, TextView) for window in (
        RolesWindow, ChartWindow, RulesWindow, TrialWindow, QuestionsWindow, RunWindow, ExportSettingsWindow,
        ReadBackWindow, PaymentsWindow, PayWindow)),
    (ChoiceLine, RuleForm), (RuleTextWindow,), (CompletingLine,),
    *((pane, FirmsScreen, ConsoleApp) for pane in (FirmList, TextView)),
    *((pane, AccessScreen, ConsoleApp) for pane in (AccessRows, TextView)),
    *((pane, SettingsScreen, ConsoleApp) for pane in (SettingRows, TextView)),
    (ChoiceLine, FormWindow), (ChoiceLine, FirstRun), (PickRows, PickWindow),
    (WaitingPane, QueueWindow), (AskText,), (Working,),
    (WasImported,), (PairRows, CompareWindow), (TextView, CompareWindow),
    (Chapters, ManualScreen, ConsoleApp),
    (TypedLine,), (Confirm,), (Choose,), (ColumnRows, ColumnsWindow), (DetailPane, DocumentWindow),
    (TextView, TextWindow), (DetailPane, PagesWindow), (LineGrid, EditorWindow), (CellLine,),
)  # fmt: skip


def actions_of(place: Place) -> list[str]:
    """Names of the actions that are offered in a place."""
    return [
        binding.id
        for kind in place
        for node in kind.__mro__
        if node.__module__.startswith("blink_tui.")
        for binding in node.__dict__.get("BINDINGS", ())
    ]
