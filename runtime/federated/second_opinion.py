"""What other accountants make of the same events: a second opinion that the report prints.

Opacus' PRV accountant (Gopi et al. 2021) and its Renyi accountant count Poisson-sampled Gaussian
noise as ours does; neither decides anything here. Rounds of correlated noise are one Gaussian, whose
sensitivity is ours; a search it cannot count. Opacus imports torch, so the compiler asks neither.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from synthc.compiler.graph.accounting import TOO_LARGE_FOR_PLD, Event, Search, SubsampledGaussian, cached


def opacus_opinions(events: Sequence[Event], delta: float) -> dict[str, float | None]:
    """Return `epsilon_prv` and `epsilon_opacus_rdp` at a delta; None where an accountant gives up."""
    if any(isinstance(event, Search) for event in events):
        return {"epsilon_prv": None, "epsilon_opacus_rdp": None}
    rdp = cached("opacus rdp", events, delta, _by_rdp)
    # Where the bound is large PRV may need more memory than there is; it knows only sampled noise.
    usable = rdp < TOO_LARGE_FOR_PLD and all(_history(event)[1] < 1 for event in events)
    try:
        prv = cached("opacus prv", events, delta, _by_prv) if usable else None
    except (ValueError, RuntimeError):
        prv = None
    return {"epsilon_prv": prv, "epsilon_opacus_rdp": rdp}


def _by_rdp(events: Sequence[Event], delta: float) -> float:
    from opacus.accountants import RDPAccountant

    return _asked(RDPAccountant(), events, delta)


def _by_prv(events: Sequence[Event], delta: float) -> float:
    from opacus.accountants import PRVAccountant

    return _asked(PRVAccountant(), events, delta)


def _asked(accountant: Any, events: Sequence[Event], delta: float) -> float:
    accountant.history = [_history(event) for event in events]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(accountant.get_epsilon(delta))


def _history(event: Event) -> tuple[float, float, int]:
    """Return noise, sampling and rounds as Opacus notes them."""
    assert not isinstance(event, Search), "Opacus knows no choice among runs"
    if isinstance(event, SubsampledGaussian):
        return event.noise, event.sampling, event.rounds
    return event.noise / math.sqrt(event.squared), 1.0, 1
