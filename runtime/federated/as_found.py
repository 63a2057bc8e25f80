"""Leaves this process as it was found: what Flower, Ray and a worker of this process need is theirs for as long as they work."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def as_found() -> Iterator[None]:
    """Put back the environment, the threads of torch and what it may do, and how loud Flower's log is."""
    environment, threads, strict = dict(os.environ), torch.get_num_threads(), torch.get_deterministic_debug_mode()
    filled = torch.utils.deterministic.fill_uninitialized_memory
    log = logging.getLogger("flwr")
    level = log.level
    try:
        yield
    finally:
        for name in os.environ.keys() - environment.keys():
            del os.environ[name]
        os.environ.update({name: value for name, value in environment.items() if os.environ.get(name) != value})
        torch.set_num_threads(threads)
        torch.set_deterministic_debug_mode(strict)
        torch.utils.deterministic.fill_uninitialized_memory = filled
        log.setLevel(level)
