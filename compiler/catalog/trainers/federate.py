"""`federate NAME = model over users`: tuning on simulated devices under user-level DP."""

from __future__ import annotations

from types import NoneType
from typing import Annotated, Any

from pydantic import Field

from synthc.compiler.catalog.mechanisms.adaptive import FederatedGaussian
from synthc.compiler.catalog.mechanisms.blt import Blt
from synthc.compiler.catalog.mechanisms.tree import Tree
from synthc.compiler.catalog.values import Count, Makers, Momentum, Positive, Settings, TargetWords, Users, Words


class LocalSgd(Settings):
    """What a device does: `max_words` bounds the text of one user that a round reads."""

    learning_rate: Positive = Field(description="The step size on the device.")
    epochs: Count = Field(1, description="How often a device goes over its text in a round.")
    batch: Count = Field(16, description="Sentences of one step.")
    max_words: TargetWords = Field(2000, description="The most words of one user that a round reads.")


class ServerSgd(Settings):
    """What the server does with the mean of the updates."""

    learning_rate: Positive = Field(description="What the mean of the updates is multiplied by.")
    momentum: Momentum = Field(0.0, description="How much of the last rounds' update is kept.")


class Federate(Settings):
    """Rounds, the expected number of users of a round, both optimisers and the mechanism."""

    rounds: Count = Field(description="The number of rounds.")
    cohort: Users = Field(description="The expected number of users of a round; each takes part by chance.")
    local: Annotated[Any, Makers(sgd=LocalSgd)] = Field(description="What a device does in a round.")
    server: Annotated[Any, Makers(sgd=ServerSgd)] = Field(ServerSgd(learning_rate=1.0), description="What the server does with the mean of the updates.")
    dp: Annotated[Any, Makers(NoneType, gaussian=FederatedGaussian, tree=Tree, blt=Blt)] = Field(description="The mechanism; with `none` the model is as private as the text it saw.")
    column: Words = Field("text", description="The column that is learned.")
    workers: Count | None = Field(None, description="Processes that work at once; as many as there are cores if left out.")
