"""Scores the options of a choice by the likely first tokens of an answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from synthc.runtime.endpoints.base import EndpointError

NEGLIGIBLE = 0.01
"""The share of probability on tokens that begin several options from which they cannot be told apart."""


def first_token_scores(likely: Mapping[str, float], options: Sequence[str]) -> dict[str, float]:
    """Return the log-probability of each option; one that no token begins has minus infinity.

    Spellings that differ in case, quotes and white space count together. A token that is one
    option and begins another is the one: a tokenizer takes the longest it can.

    >>> first_token_scores({" Yes": -1.0, "no": -2.0, "The": -0.5}, ["yes", "no", "not sure"])
    {'yes': -1.0, 'no': -2.0, 'not sure': -inf}

    Raises:
        EndpointError: options begin with the same token.
    """
    sums = dict.fromkeys(options, 0.0)
    shared: dict[tuple[str, ...], float] = {}
    for token, logprob in likely.items():
        word = token.strip().strip("\"'.*").casefold()
        begun = [option for option in options if word and option.casefold().startswith(word)]
        exact = [option for option in begun if option.casefold() == word]
        if len(exact or begun) == 1:
            sums[(exact or begun)[0]] += math.exp(logprob)
        elif begun:
            shared[tuple(begun)] = shared.get(tuple(begun), 0.0) + math.exp(logprob)
    for begun_by_one, mass in shared.items():
        if mass > NEGLIGIBLE * (mass + sum(sums.values())):
            raise EndpointError(f"the options {', '.join(f'`{o}`' for o in begun_by_one)} begin with the same token, so their probabilities cannot be told apart; word them otherwise")
    return {option: math.log(mass) if mass else -math.inf for option, mass in sums.items()}
