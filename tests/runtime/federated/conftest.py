"""Tests that stand for a worker leave its settings behind no more than a federation does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from synthc.runtime.federated.as_found import as_found


@pytest.fixture(autouse=True)
def _as_found() -> Iterator[None]:
    with as_found():
        yield
