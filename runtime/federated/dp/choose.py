"""Which mechanism a federate node names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synthc.runtime.federated.dp.correlated import NOISES, Correlated
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.dp.mechanism import Mechanism
from synthc.runtime.federated.dp.none import NoMechanism

MECHANISMS: Mapping[str, Callable[[Mapping[str, Any], int], Mechanism]] = {"gaussian": Gaussian.of, **dict.fromkeys(NOISES, Correlated.of)}


def mechanism_of(settings: Mapping[str, Any], users: int) -> Mechanism:
    """Return the mechanism of a federate node over the users that were found."""
    dp = settings["dp"]
    return NoMechanism.of(settings, users) if dp is None else MECHANISMS[dp["mechanism"]](settings, users)
