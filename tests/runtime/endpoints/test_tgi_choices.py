"""Choices are scored by one token at Text Generation Inference, and by more where their options begin alike."""

from __future__ import annotations

import math

import pytest

from synthc.runtime.answers import Unreadable, read_answer
from synthc.runtime.endpoints.base import EndpointError
from tests.runtime.endpoints.questions import ALIKE, ROUTES, YES_NO, answer, chat, complete, route
from tests.runtime.endpoints.tgi_server import TgiServer


@route
def test_a_choice_is_scored_over_spellings(route: str) -> None:
    """Case, white space and quotes make no difference; what is neither option does not count."""
    reply = answer(TgiServer(), ROUTES[route](answer=YES_NO, temperature=0.7, seed=1))

    assert read_answer(reply, YES_NO)["p"] == pytest.approx({"yes": 0.75, "no": 0.25})


@route
def test_a_choice_outside_the_likely_tokens_is_scored_among_the_options_alone(route: str) -> None:
    """By a second question whose grammar allows nothing else."""
    server = TgiServer(likely={"The": 0.5, "It": 0.2, "I": 0.1, "A": 0.1, "**": 0.05, "yes": 0.03, "no": 0.01})

    reply = answer(server, ROUTES[route](answer=YES_NO))

    assert read_answer(reply, YES_NO)["p"] == pytest.approx({"yes": 0.75, "no": 0.25})
    assert len(server.seen) == 2


@route
def test_a_choice_that_is_never_likely_is_unreadable(route: str) -> None:
    """The row is set aside, for nobody knows."""
    reply = answer(TgiServer(likely={"The": 1.0}), ROUTES[route](answer=YES_NO))

    with pytest.raises(Unreadable, match="none of the options, for none is among the likely tokens"):
        read_answer(reply, YES_NO)


@route
@pytest.mark.parametrize("begins", [False, True])
def test_options_that_share_a_first_token_are_told_apart_by_the_next(route: str, begins: bool) -> None:  # noqa: FBT001
    """A chat is gone on with as the text that its template makes, which begins once."""
    server = TgiServer(likely={"pos": 0.8, "The": 0.2}, then={"pos": {"itive": 0.3, "sible": 0.6, "ture": 0.1}}, begins=begins)

    reply = answer(server, ROUTES[route](answer=ALIKE))

    assert read_answer(reply, ALIKE)["p"] == pytest.approx({"positive": 1 / 3, "possible": 2 / 3})
    assert reply.choices is not None
    assert math.exp(reply.choices["possible"]) == pytest.approx(0.48)
    assert reply.tokens_out == 2
    assert server.seen[-1][1]["inputs"] == ("" if begins else "<s>" * (route != "/generate")) + server.seen[-1][1]["inputs"].removeprefix("<s>")


def test_options_that_share_a_first_token_are_not_guessed() -> None:
    """Where the template of the chats is not told; the reason says which, and what to do."""
    with pytest.raises(EndpointError, match=r"the options `positive`, `possible` begin with the same token, so .*; word them otherwise"):
        answer(TgiServer(likely={"pos": 0.9, "The": 0.1}, template=False), chat(answer=ALIKE))


def test_an_option_that_is_the_beginning_of_another_is_its_own() -> None:
    """`no` is `no` though `not sure` begins alike."""
    of = {"kind": "choice", "options": ["no", "not sure"]}

    reply = answer(TgiServer(likely={"no": 0.6, "not": 0.2, "No": 0.2}), complete(answer=of))

    assert read_answer(reply, of)["p"] == pytest.approx({"no": 0.8, "not sure": 0.2})
