"""What a federation needs of its process is put back behind it."""

from __future__ import annotations

import logging
import os

import pytest
import torch

from synthc.runtime.federated.as_found import as_found


def work() -> None:
    """Change all that is put back, and fail."""
    os.environ.update({"CHANGED": "by work", "ADDED": "by work"})
    del os.environ["REMOVED"]
    torch.set_num_threads(1)
    torch.set_deterministic_debug_mode("error")
    logging.getLogger("flwr").setLevel(logging.CRITICAL + 1)
    raise KeyboardInterrupt


def test_a_process_is_left_as_it_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the work went well or not: steps behind it have the same environment and the same arithmetic as without it."""
    monkeypatch.setenv("CHANGED", "before")
    monkeypatch.setenv("REMOVED", "before")
    torch.set_num_threads(2)
    environment, level = dict(os.environ), logging.getLogger("flwr").level

    with pytest.raises(KeyboardInterrupt), as_found():
        work()

    assert dict(os.environ) == environment
    assert (torch.get_num_threads(), torch.get_deterministic_debug_mode()) == (2, 0)
    assert logging.getLogger("flwr").level == level
