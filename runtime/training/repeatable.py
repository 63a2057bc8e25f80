"""The same numbers from the same work: torch refuses what would not give them."""

from __future__ import annotations

import torch


def be_repeatable() -> None:
    """Have torch refuse what gives other numbers each time, in this process.

    As `use_deterministic_algorithms`, without its import of a compiler of 70 MB. Torch would also write
    NaN over all memory that it is given, for those who read what they have not written: a tenth of a
    step of one sentence.
    """
    torch.set_deterministic_debug_mode("error")
    torch.utils.deterministic.fill_uninitialized_memory = False
