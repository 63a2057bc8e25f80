"""Scores the options of a choice by the likely tokens of an answer: the first, and the next where several options begin alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from synthc.runtime.endpoints.base import EndpointError

NEGLIGIBLE = 0.01
"""The share of probability on tokens that begin several options from which they need not be told apart."""
DEEPEST = 8
"""So many tokens tell any options apart that people write."""
QUOTES = "\"'.*"


class Likely(Protocol):
    """Tells the log-probabilities of the likely tokens after a prompt and what is written already."""

    async def __call__(self, written: str, /) -> Mapping[str, float]:
        """Return them; what is written is empty at first.

        Raises:
            CannotGoOn: the server only tells the first token.
        """
        ...


class CannotGoOn(Exception):
    """A server that can't be asked for the token after a text that it is given as its own."""


@dataclass(slots=True, kw_only=True)
class Split:
    """What tokens say about options: the probability of each, and of tokens that begin several."""

    options: Sequence[str]
    sums: dict[str, float] = field(init=False)
    shared: dict[str, tuple[list[str], float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.sums = dict.fromkeys(self.options, 0.0)

    @property
    def total(self) -> float:
        """The probability of all that begins an option."""
        return sum(self.sums.values()) + sum(mass for _, mass in self.shared.values())


def split(likely: Mapping[str, float], options: Sequence[str], written: str = "") -> Split:
    """Return what tokens after a text say about options.

    Spellings that differ in case, quotes and white space count together. A token that is one
    option and begins another is the one: a tokenizer takes the longest it can.

    >>> split({" Yes": -1.0, "no": -2.0, "The": -0.5}, ["yes", "no", "not sure"]).sums
    {'yes': 0.36787944117144233, 'no': 0.1353352832366127, 'not sure': 0.0}
    >>> split({"pos": 0.0}, ["positive", "possible"]).shared
    {'pos': (['positive', 'possible'], 1.0)}
    """
    found = Split(options=options)
    for token, logprob in likely.items():
        word = (written + token).strip().strip(QUOTES).casefold()
        begun = [option for option in options if word and option.casefold().startswith(word)]
        exact = [option for option in begun if option.casefold() == word]
        if len(exact or begun) == 1:
            found.sums[(exact or begun)[0]] += math.exp(logprob)
        elif begun:
            found.shared[token] = (begun, math.exp(logprob))
    return found


async def option_scores(likely: Likely, options: Sequence[str], first: Mapping[str, float]) -> dict[str, float]:
    """Return the log-probability of each option, given the likely first tokens; one that no token begins has minus infinity.

    Where several options begin with the same token, what follows it is asked for.

    Raises:
        EndpointError: options begin with the same token, and the server can't be asked for the next.
    """
    masses = await _masses(likely, split(first, options), "", DEEPEST)
    return {option: math.log(mass) if mass else -math.inf for option, mass in masses.items()}


async def _masses(likely: Likely, found: Split, written: str, deepest: int) -> dict[str, float]:
    masses = dict(found.sums)
    for token, (begun, mass) in found.shared.items():
        if mass <= NEGLIGIBLE * found.total:
            continue
        if not deepest:
            raise told_apart_by_nothing(begun)
        try:
            after = split(await likely(written + token), begun, written + token)
        except CannotGoOn:
            raise told_apart_by_nothing(begun) from None
        for option, share in (await _masses(likely, after, written + token, deepest - 1)).items():
            masses[option] += mass * share
    return masses


def told_apart_by_nothing(options: Sequence[str]) -> EndpointError:
    """Return the error about options that begin alike."""
    named = ", ".join(f"`{option}`" for option in options)
    return EndpointError(f"the options {named} begin with the same token, so their probabilities cannot be told apart; word them otherwise")
