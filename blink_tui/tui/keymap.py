"""The user's own keys: a TOML file that gives actions of the registry other keys.

    [keys]
    approve = ["f9", "a"]

Keys are named as Textual names them (`f9`, `ctrl+s`, `pageup`, `a`, `A`). What the file does not name keeps its keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blink_tui.i18n import N_, Message, _
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.modes import Sharing, sharing
from blink_tui.tui.keys import ACTIONS, key_name

BAD_KEYMAP = ErrorKind("bad-keymap", ExitCode.USAGE, N_("The file of keys {path} cannot be used: {why}"))

Keys = Mapping[str, Sequence[str]]
"""Keys of actions by the action's name."""

_SENT = re.compile(
    r"f([1-9]|1[0-2])|[^\W_]|ctrl\+[a-z]|shift\+tab|up|down|left|right|home|end|pageup|pagedown|insert|delete|enter|escape"
    r"|space|tab|question_mark|slash|plus|minus|asterisk|comma|full_stop|less_than_sign|greater_than_sign"
)
"""Keys that arrive from PuTTY and everywhere else; of others nobody can be sure."""

PRESETS: Mapping[str, Keys] = {
    "usual": {},
    "laptop": {
        action.name: sorted(action.keys, key=lambda key: bool(re.fullmatch(r"f\d+", key)))
        for action in ACTIONS.values()
        if re.fullmatch(r"f\d+", action.keys[0])
    },
}
"""Ready files. `laptop` puts letters and Ctrl before the F-keys, which need Fn there: the key bar shows them."""


def written_to(folder: Path, who: str) -> Path:
    """Where an account's own keys are kept: in a folder that a group shares each has a file."""
    return folder / (f"keymap-{who}.toml" if sharing(folder) is Sharing.GROUP else "keymap.toml")


def read_from(folder: Path, who: str) -> Path:
    """The file of an account's keys, else the one that is for all."""
    own = written_to(folder, who)
    return own if own.exists() else folder / "keymap.toml"


def read_keymap(path: Path) -> dict[str, tuple[str, ...]]:
    """Keys out of a file; none where there is no file. Raises BlinkError(BAD_KEYMAP)."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, Message(N_("it cannot be read")), str(error)) from error
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers and brackets without end
        raise _bad(path, Message(N_("it is no TOML")), str(error)) from error
    return {name: _checked(path, name, keys) for name, keys in _section(path, found).items()}


def _section(path: Path, found: dict[str, Any]) -> dict[str, Any]:
    section = found.get("keys", {})
    if not isinstance(section, dict):
        raise _bad(path, Message(N_("[keys] is no table")))
    return section


def _checked(path: Path, name: str, keys: object) -> tuple[str, ...]:
    if name not in ACTIONS:
        raise _bad(path, Message(N_("there is no action {name}"), {"name": name}))
    if isinstance(keys, str):
        keys = [keys]
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
        raise _bad(path, Message(N_("{name} takes a list of keys"), {"name": name}))
    for key in keys:
        if not _SENT.fullmatch(key):
            raise _bad(
                path, Message(N_("{name}: no terminal sends the key {key}"), {"name": name, "key": key})
            )
    return tuple(keys)


def require_no_clash(path: Path, keymap: Keys, places: Iterable[Sequence[str]]) -> None:
    """Refuse a file that gives one key two meanings in one place (names of actions that are offered together).

    Raises BlinkError(BAD_KEYMAP).
    """
    for place in places:
        taken: dict[str, str] = {}
        for name in place:
            for key in keymap.get(name, ACTIONS[name].keys):
                if taken.setdefault(key, name) != name:
                    values = {"key": key_name(key), "one": taken[key], "other": name}
                    raise _bad(path, Message(N_("{key} would be both {one} and {other}"), values))


def _bad(path: Path, why: Message, cause: str = "") -> BlinkError:
    return BlinkError(BAD_KEYMAP, cause=cause, path=str(path), why=why)


def as_toml(keymap: Keys) -> str:
    """A file with every action, its keys and what it does; edited ones keep their keys."""
    title = _("Keys of blink. What is removed here keeps the keys that the program gives it.")
    lines = [f"# {title}", "[keys]"]
    for action in ACTIONS.values():
        keys = ", ".join(f'"{key}"' for key in keymap.get(action.name, action.keys))
        lines.append(f"{action.name} = [{keys}]  # {_(action.help)}")
    return "\n".join(lines) + "\n"
