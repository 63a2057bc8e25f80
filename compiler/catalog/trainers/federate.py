"""`federate NAME = model over users`: tuning on simulated devices under user-level DP."""

from __future__ import annotations

from types import NoneType
from typing import Annotated, Any

from synthc.compiler.catalog.mechanisms.gaussian import Gaussian
from synthc.compiler.catalog.values import Count, Makers, Momentum, Positive, Settings, Words


class LocalSgd(Settings):
    """What a device does: `max_words` bounds the text of one user that a round reads."""

    learning_rate: Positive
    epochs: Count = 1
    batch: Count = 16
    max_words: Count = 2000


class ServerSgd(Settings):
    """What the server does with the mean of the updates."""

    learning_rate: Positive
    momentum: Momentum = 0.0


class Federate(Settings):
    """Rounds, the expected number of users of a round, both optimisers and the mechanism."""

    rounds: Count
    cohort: Count
    local: Annotated[Any, Makers(sgd=LocalSgd)]
    server: Annotated[Any, Makers(sgd=ServerSgd)] = ServerSgd(learning_rate=1.0)
    dp: Annotated[Any, Makers(NoneType, gaussian=Gaussian)]
    column: Words = "text"
    workers: Count | None = None
