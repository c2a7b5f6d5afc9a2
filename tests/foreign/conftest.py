"""One sandbox in a network of its own for all foreign clients, and their virtual environments."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.foreign import environments
from tests.foreign.books import SAMPLES
from tests.foreign.world import World, why_impossible, world


@pytest.fixture(scope="session")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The sandbox with the sample invoices, under the name of the Ministry's test environment."""
    folder = tmp_path_factory.mktemp("abroad")
    reason = why_impossible(folder)
    if reason is not None:
        pytest.skip(reason)
    with world(folder, "--invoices", str(SAMPLES)) as running:
        yield running


@pytest.fixture(scope="session")
def ksef_client(request: pytest.FixtureRequest) -> Path:
    """The `bin` folder of an environment with ksef-client."""
    return _installed(request, Path(sys.executable), "ksef-client[cli,xml]~=0.20.0")


@pytest.fixture(scope="session")
def ksef2(request: pytest.FixtureRequest) -> Path:
    """The `bin` folder of an environment with ksef2."""
    python = environments.python_of("3.12")
    if python is None:
        pytest.skip("ksef2 needs Python 3.12, which is neither on the path nor among pyenv's versions")
    return _installed(request, python, "ksef2~=1.1.0")


def _installed(request: pytest.FixtureRequest, python: Path, requirement: str) -> Path:
    cache = request.config.cache
    assert cache is not None
    name = requirement.partition("~")[0].partition("[")[0]
    try:
        return environments.environment(cache.mkdir("foreign") / name, python, requirement)
    except environments.UnreachableError:
        pytest.skip(f"the package index cannot be reached for {requirement}")
