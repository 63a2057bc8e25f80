"""`federate NAME = model over users`: tuning on simulated devices under user-level DP."""

from __future__ import annotations

from types import NoneType
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from synthc.compiler.catalog.mechanisms.adaptive import FederatedGaussian
from synthc.compiler.catalog.mechanisms.banded import Banded
from synthc.compiler.catalog.mechanisms.blt import Blt
from synthc.compiler.catalog.mechanisms.tree import Tree
from synthc.compiler.catalog.values import (
    Count,
    Expression,
    Makers,
    Momentum,
    Number,
    Percent,
    Positive,
    Said,
    Settings,
    TargetWords,
    Users,
    Words,
)


class LocalSgd(Settings):
    """What a device does: `max_words` and `max_sentences` bound the text of one user that a round reads."""

    learning_rate: Positive = Field(description="The step size on the device.")
    epochs: Count = Field(1, description="How often a device goes over its text in a round.")
    batch: Count = Field(16, description="Sentences of one step.")
    max_words: TargetWords = Field(2000, description="The most words of one user that a round reads.")
    max_sentences: Count | None = Field(None, description="The most sentences of one user that a round reads, drawn anew in each; as many as `max_words` allows if left out.")
    proximal: Annotated[Number, Field(ge=0)] = Field(0.0, description="How strongly a device is held near the model that it was sent: half of this times the squared distance is added to its loss (FedProx, Li et al. 2020).")


class ServerSgd(Settings):
    """What the server does with the mean of the updates."""

    learning_rate: Positive = Field(description="What the mean of the updates is multiplied by.")
    momentum: Momentum = Field(0.0, description="How much of the last rounds' update is kept.")


def _two(betas: list[float]) -> list[float]:
    if len(betas) != 2:
        raise ValueError("wants two numbers, such as [0.9, 0.99]")
    return betas


class ServerAdam(Settings):
    """FedAdam (Reddi et al. 2021): steps that are larger where updates were small."""

    learning_rate: Positive = Field(description="The step size of the server.")
    betas: Annotated[list[Momentum], AfterValidator(_two), Said("list of two numbers from 0 below 1")] = Field([0.9, 0.99], description="How much of the mean update, and of its square, is kept from round to round.")
    tau: Positive = Field(0.001, description="What is added to the root of the squares: the smaller it is, the more the steps adapt.")


class Best(Settings):
    """How a search chooses: the number of tries is a secret geometric number, each draws a candidate and is scored with noise."""

    part: Words = Field(description="The part of the split whose people score each try, by the mean share of next words that is guessed right; they do not train.")
    tries: Annotated[Number, Field(gt=1, le=100)] = Field(5.0, description="The mean of the number of tries.")
    noise: Positive = Field(description="The standard deviation of the noise on the sum of the scores of a try, as a multiple of what one user can add.")


class Federate(Settings):
    """Rounds, the expected number of users of a round, both optimisers and the mechanism."""

    rounds: Count = Field(description="The number of rounds.")
    cohort: Users = Field(description="The expected number of users of a round; each takes part by chance.")
    local: Annotated[Any, Makers(sgd=LocalSgd)] = Field(description="What a device does in a round.")
    server: Annotated[Any, Makers(sgd=ServerSgd, adam=ServerAdam)] = Field(ServerSgd(learning_rate=1.0), description="What the server does with the mean of the updates.")
    dp: Annotated[Any, Makers(NoneType, gaussian=FederatedGaussian, tree=Tree, blt=Blt, banded=Banded)] = Field(description="The mechanism; with `none` the model is as private as the text it saw.")
    column: Words = Field("text", description="The column that is learned.")
    dropout: Annotated[Percent, Field(lt=1)] = Field(0.0, description="Simulates devices that fail: the share of a round's users whose update is missing. A missing update counts as zero; noise and divisor stay those of the planned cohort.")
    stragglers: Annotated[Percent, Field(lt=1)] = Field(0.0, description="Simulates slow devices: the share of a round's users who send what they have behind a part of their steps.")
    report_goal: Users | None = Field(None, description="Simulates a round that is closed when so many updates have arrived; those of the slowest devices count as zero.")
    search: Annotated[Expression, Said("list of records")] = Field(None, description="Settings of `local` and `server` that are tried, each try a whole federation; the model of the one with the best score is kept. All tries are charged.")
    choose: Annotated[Any, Makers(best=Best)] = Field(None, description="How a search chooses.")
    workers: Count | None = Field(None, description="Processes that work at once; as many as there are cores if left out.")
