"""Virtual environments for foreign clients, kept between runs in pytest's own cache."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

_UNREACHABLE = ("after connection broken by", "could not fetch url", "proxyerror", "connecttimeout")


class UnreachableError(Exception):
    """The package index cannot be reached."""


def environment(folder: Path, python: Path, requirement: str) -> Path:
    """The `bin` folder of an environment with a package installed; what an earlier run finished is used again.

    Raises UnreachableError, and CalledProcessError when the package itself cannot be installed.
    """
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker of the same run may want it, too
        return _filled(folder, python, requirement)


def _filled(folder: Path, python: Path, requirement: str) -> Path:
    programs = folder / "bin"
    finished = folder / "finished"
    wanted = f"{python.resolve()} {requirement}"
    if finished.is_file() and finished.read_text(encoding="utf-8") == wanted:
        return programs
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    pip = [str(programs / "python"), "-m", "pip", "install", "--retries", "1", requirement]
    installed = subprocess.run(pip, capture_output=True, text=True, check=False)
    if installed.returncode:
        said = installed.stdout + installed.stderr
        if any(word in said.lower() for word in _UNREACHABLE):
            raise UnreachableError(requirement)
        raise subprocess.CalledProcessError(installed.returncode, pip, installed.stdout, installed.stderr)
    finished.write_text(wanted, encoding="utf-8")
    return programs


def python_of(version: str) -> Path | None:
    """An interpreter of a version such as `3.12`: the system's, or the newest among pyenv's."""
    candidates = [Path(found)] if (found := shutil.which(f"python{version}")) else []
    candidates += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"), reverse=True)
    return next((each for each in candidates if _answers(each, version)), None)


def _answers(python: Path, version: str) -> bool:
    """It really is that version: pyenv's shims are there for versions that are switched off, too."""
    asked = subprocess.run([python, "--version"], capture_output=True, text=True, check=False)
    return asked.returncode == 0 and asked.stdout.startswith(f"Python {version}.")
