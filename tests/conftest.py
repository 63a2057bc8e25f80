"""What every test stands on: the same chance each time, and a process that no test leaves changed."""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

QUIET = settings(deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))

settings.register_profile("brief", QUIET, max_examples=40, derandomize=True, database=None)
settings.register_profile("thorough", QUIET, max_examples=1000)
settings.load_profile("brief")

ENTROPY = random.Random()
"""What `secrets` and `SystemRandom` draw from here, so that no test passes by chance; processes that a test starts draw from the system."""

random._urandom = ENTROPY.randbytes  # type: ignore[attr-defined]

OTHERS = {"PYTEST_CURRENT_TEST", "TORCHINDUCTOR_CACHE_DIR"}
"""What pytest sets, and what torch does when its compiler is imported."""

# What torch adds up in one thread is the same on every machine, and quicker beside neighbours. The others are set by commands for their process.
os.environ |= {"OMP_NUM_THREADS": "1", "PYDANTIC_DISABLE_PLUGINS": "__all__", "HF_HUB_DISABLE_TELEMETRY": "1"}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin the streams of a test, whatever ran before it."""
    ENTROPY.seed(item.nodeid)
    random.seed(item.nodeid)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Iterator[Any]:
    """Have what several tests share draw alike, whichever of them comes first."""
    state = ENTROPY.getstate()
    if fixturedef.scope != "function":
        ENTROPY.seed(f"{fixturedef.baseid}::{fixturedef.argname}")
    try:
        return (yield)
    finally:
        if fixturedef.scope != "function":
            ENTROPY.setstate(state)


@pytest.fixture(autouse=True)
def _leaves_its_process_as_it_was() -> Iterator[None]:
    before, environment = _surroundings(), dict(os.environ)
    yield
    left = {what: now for what, now in _surroundings().items() if before.get(what, now) != now}
    left |= {name: os.environ.get(name) for name in (os.environ.keys() | environment.keys()) - OTHERS if os.environ.get(name) != environment.get(name)}
    assert not left, f"the test left this changed: {left}"


def _surroundings() -> dict[str, Any]:
    torch = sys.modules.get("torch")
    of_torch = {"torch": (torch.get_num_threads(), torch.get_deterministic_debug_mode())} if torch else {}
    return {
        "folder": Path.cwd(),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)],
        "log": logging.root.handlers[:],
        **of_torch,
    }
