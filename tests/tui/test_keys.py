"""One registry of actions: no key twice in one place, a twin for every F-key, help for everything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.widgets import Input

from blink_tui.model.errors import BlinkError
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.keymap import PRESETS, read_keymap, require_no_clash
from blink_tui.tui.keys import ACTIONS, GROUPS, bindings, key_name
from blink_tui.tui.places import PLACES, actions_of
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import ChoiceRows
from blink_tui.tui.widgets.rows import RowsView


def bound(kind: type[DOMNode]) -> list[Binding]:
    """Bindings of a class as Textual sees them; a line to type in has Textual's own for its text besides."""
    merged = kind._merged_bindings
    made = [binding for some in merged.key_to_bindings.values() for binding in some] if merged else []
    return [binding for binding in made if binding.id or not issubclass(kind, Input)]


@pytest.mark.parametrize("chain", PLACES, ids=lambda chain: "-".join(kind.__name__ for kind in chain))
def test_no_key_is_bound_twice_in_one_place(chain: tuple[type[DOMNode], ...]) -> None:
    keys = [binding.key for kind in chain for binding in bound(kind)]
    assert keys
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("chain", PLACES, ids=lambda chain: "-".join(kind.__name__ for kind in chain))
def test_all_keys_come_from_the_registry_and_lead_somewhere(chain: tuple[type[DOMNode], ...]) -> None:
    for kind in chain:
        for binding in bound(kind):
            assert binding.id in ACTIONS
            target, _, call = binding.action.rpartition(".")
            name = "action_" + call.partition("(")[0]
            assert hasattr(ConsoleApp if target == "app" else kind, name), binding.action


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
def test_every_action_has_help_and_every_f_key_a_twin(action) -> None:  # type: ignore[no-untyped-def]
    assert action.label
    assert action.help
    if any(re.fullmatch(r"f\d+", key) for key in action.keys):
        assert [key for key in action.keys if not re.fullmatch(r"f\d+", key)]


def test_only_keys_that_putty_sends_are_used() -> None:
    plain = re.compile(
        r"f\d+|[a-zA-Z0-9]|ctrl\+[a-z]|up|down|left|right|home|end|pageup|pagedown|insert|delete|enter|escape|space|tab"
        r"|shift\+tab|question_mark|slash|plus|minus|asterisk"
    )
    assert not [key for action in ACTIONS.values() for key in action.keys if not plain.fullmatch(key)]


@pytest.mark.parametrize("chain", PLACES, ids=lambda chain: "-".join(kind.__name__ for kind in chain))
def test_what_a_place_offers_is_what_textual_binds(chain: tuple[type[DOMNode], ...]) -> None:
    assert set(actions_of(chain)) == {binding.id for kind in chain for binding in bound(kind)}


@pytest.mark.parametrize("keys", PRESETS.values(), ids=PRESETS)
def test_ready_sets_of_keys_have_no_clash(keys: dict[str, list[str]]) -> None:
    require_no_clash(Path("keymap.toml"), keys, map(actions_of, PLACES))


def test_every_action_stands_in_the_manual_once() -> None:
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(ACTIONS)


def test_every_action_is_bound_somewhere() -> None:
    used = {binding.id for chain in PLACES for kind in chain for binding in bound(kind)}
    assert set(ACTIONS) == used


def test_a_binding_can_be_moved_by_a_keymap() -> None:
    (binding,) = bindings("fetch")
    assert isinstance(binding, Binding)
    assert binding.id == "fetch"


@pytest.mark.parametrize(
    ("key", "name"),
    [("f5", "F5"), ("ctrl+r", "Ctrl+R"), ("question_mark", "?"), ("G", "G"), ("g", "g"), ("pageup", "PgUp"),
     ("shift+tab", "Shift+Tab"), ("space", "Space")],
)  # fmt: skip
def test_keys_are_named_as_on_the_keyboard(key: str, name: str) -> None:
    assert key_name(key) == name


def test_screens_and_lists_use_no_keys_of_textual_itself() -> None:
    assert not [
        kind
        for kind in (ConsoleScreen, ChoiceRows, RowsView)
        if {binding.id for binding in bound(kind)} - set(ACTIONS)
    ]


@pytest.mark.parametrize("text", ["fetch = " + "[" * 5000, "fetch = " + "9" * 5000, "fetch ="])
def test_a_file_of_keys_that_no_reader_gets_through_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keymap.toml"
    path.write_text(text)
    with pytest.raises(BlinkError, match="no TOML"):
        read_keymap(path)
