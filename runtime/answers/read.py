"""Makes a reply the fields of an answer column."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from synthc.runtime.answers.choices import read_choice
from synthc.runtime.answers.refusals import is_refusal
from synthc.runtime.answers.typed import read_value
from synthc.runtime.answers.unreadable import Refused, Unreadable
from synthc.runtime.answers.wrapping import unwrapped
from synthc.runtime.endpoints.base import Reply

READING = 2
"""Raised when the same reply is read as another value than before.

It enters the fingerprints of rows and never the key of a request: answers that are in the ledger
are read again, and none is asked for again.
"""


def read_answer(reply: Reply, of: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an answer column: value, ok, raw, logprob, and p of a choice.

    Raises:
        Unreadable: the reply is not of the type.
    """
    answer: dict[str, Any] = {"ok": True, "raw": reply.text, "logprob": reply.logprob}
    if of["kind"] == "choice":
        shares = _shares(reply, of["options"])
        best = max(of["options"], key=lambda option: shares[option])
        return {**answer, "value": best, "p": shares}
    cut = reply.finish in {"length", "enough"}
    value = read_value(unwrapped(reply.text, cut=cut), of, cut=cut)
    # Where a server writes on behind the last item that is wanted, the others are not read.
    return {**answer, "value": value[: of["most"]] if "most" in of else value}


def failed_answer(raw: str, of: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an answer that failed, for `on_fail = keep`."""
    answer = {"value": None, "ok": False, "raw": raw, "logprob": None}
    return {**answer, "p": None} if of["kind"] == "choice" else answer


def _shares(reply: Reply, options: list[str]) -> dict[str, float]:
    """Return the probability of each option, normalised over the options."""
    if reply.choices is None:
        if is_refusal(reply.text):
            raise Refused
        read_choice(reply.text, options)
        raise Unreadable("without probabilities, for the endpoint gave none")
    top = max(reply.choices.values())
    if not math.isfinite(top):
        raise Unreadable("none of the options, for none is among the likely tokens")
    weights = {option: math.exp(reply.choices.get(option, -math.inf) - top) for option in options}
    total = sum(weights.values())
    return {option: weight / total for option, weight in weights.items()}
