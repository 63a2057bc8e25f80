"""What can be told of an endpoint before a run: which model it is, what it takes, how busy it is, how choices are scored there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

from synthc.runtime.endpoints.base import Endpoint, EndpointError
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.dialect import tgi_grammar
from synthc.runtime.endpoints.guided import Form, form_of
from synthc.runtime.endpoints.hf import DeployedEndpoint, HfEndpoint
from synthc.runtime.endpoints.openai import OpenaiEndpoint
from synthc.runtime.endpoints.pool import PoolEndpoint
from synthc.runtime.endpoints.tgi import TgiEndpoint

BUSY = re.compile(r"^(?P<name>tgi_batch_current_size|tgi_queue_size|vllm:num_requests_running|vllm:num_requests_waiting)(?:\{[^}]*\})? (?P<value>[\d.]+)", re.MULTILINE)
RUNNING = frozenset({"tgi_batch_current_size", "vllm:num_requests_running"})


class Seen(NamedTuple):
    """One thing that was seen; `mend` says what to do if it is not good."""

    good: bool
    what: str
    mend: str = ""


class Prompt(NamedTuple):
    """What is asked of an endpoint: the type of the answer, and the fixed text of the question."""

    answer: Mapping[str, Any]
    text: str = ""


async def look(endpoint: Endpoint, prompts: Mapping[str, Prompt]) -> AsyncIterator[Seen]:
    """Yield what is seen of an endpoint, and in which way it answers each prompt."""
    if isinstance(endpoint, DeployedEndpoint):
        endpoint = await endpoint.server()
    identity = await endpoint.identity()
    revision = f" ({identity.revision[:12]})" if identity.revision else ""
    yield Seen(good=True, what=f"answers with {identity.model}{revision}, served by {identity.server}")
    if isinstance(endpoint, PoolEndpoint):
        for member in endpoint.members:
            yield Seen(member.checked, f"has the member `{member.name}`", "it does not answer; start it, or the others do its work")
        endpoint = next(member.endpoint for member in endpoint.members if member.checked)
    if isinstance(endpoint, TgiEndpoint | OpenaiEndpoint):
        async for seen in _server(endpoint):
            yield seen
    for name, prompt in prompts.items():
        if prompt.answer["kind"] == "choice":
            yield await _way(endpoint, name, prompt.answer["options"])
        elif prompt.answer["kind"] != "text":
            yield Seen(good=True, what=_form(endpoint, name, prompt))


async def _server(endpoint: TgiEndpoint | OpenaiEndpoint) -> AsyncIterator[Seen]:
    limits = endpoint.limits
    told = [f"{limits.input:,} tokens of a prompt" if limits.input else "", f"{limits.total:,} tokens with the answer" if limits.total else "", f"{endpoint.at_once} requests at once" if endpoint.at_once else ""]
    if any(told):
        yield Seen(good=True, what=f"takes {', '.join(one for one in told if one)}")
    busy = await _busy(endpoint.connection)
    if busy is not None:
        yield Seen(good=True, what=busy)
    if await _sick(endpoint.connection):
        yield Seen(good=False, what="is not healthy", mend="its `/health` says so; see to the server")


async def _busy(connection: Connection) -> str | None:
    """Return how many requests are running and waiting, where `/metrics` tells."""
    text = await connection.text("/metrics")
    found = [(match["name"] in RUNNING, float(match["value"])) for match in BUSY.finditer(text or "")]
    if not found:
        return None
    running, waiting = (int(sum(value for runs, value in found if runs is of)) for of in (True, False))
    return f"has {running} requests running and {waiting} waiting"


async def _sick(connection: Connection) -> bool:
    """Tell whether `/health` says that something is wrong."""
    try:
        await connection.text("/health")
    except EndpointError as problem:
        return problem.overloaded
    return False


def _form(endpoint: Endpoint, name: str, prompt: Prompt) -> str:
    """Return whether the server holds the answers to a prompt to their type, or they are read from free text."""
    form, grammar = form_of(prompt.answer, prompt.text), None
    if form is not None and isinstance(endpoint, OpenaiEndpoint):
        grammar = next(iter(endpoint.dialect.grammar(form)), None)
    if form is not None and isinstance(endpoint, TgiEndpoint) and tgi_grammar(form) is not None:
        grammar = "grammar"
    if form is None or grammar is None:
        return f"answers `{name}` in free text, from which its {prompt.answer['kind']} is read"
    return f"holds the answers to `{name}` to {form.what} (`{grammar}`)"


async def _way(endpoint: Endpoint, prompt: str, options: Sequence[str]) -> Seen:
    """Return in which way the options of a prompt are told apart."""
    what = f"scores the options of `{prompt}`"
    if isinstance(endpoint, OpenaiEndpoint) and not endpoint.dialect.likely:
        return Seen(good=False, what=f"tells no probabilities, by which `{prompt}` chooses", mend="ask vLLM, SGLang, llama.cpp or TGI, or let the answer be `text`")
    if isinstance(endpoint, HfEndpoint):
        return Seen(good=True, what=f"{what} by the first token, where the provider tells it")
    if not isinstance(endpoint, TgiEndpoint | OpenaiEndpoint):
        return Seen(good=True, what=f"{what} as wholes")
    alike = await _alike(endpoint, options)
    unlikely = f"; where none of them is likely, {_unlikely(endpoint)}"
    if not alike:
        return Seen(good=True, what=f"{what} by the first token{unlikely}")
    named = ", ".join(f"`{option}`" for option in alike)
    if isinstance(endpoint, OpenaiEndpoint) and endpoint.dialect.goes_on is None:
        return Seen(good=False, what=f"can't tell the options {named} of `{prompt}` apart, which begin with the same token", mend="word them otherwise")
    return Seen(good=True, what=f"{what} by the first token, and {named} by the next, for they begin alike{unlikely}")


def _unlikely(endpoint: TgiEndpoint | OpenaiEndpoint) -> str:
    """Return what is done where no option is among the likely tokens."""
    if isinstance(endpoint, OpenaiEndpoint) and not endpoint.dialect.grammar(Form(options=["x"])):
        return "the row is set aside"
    return "with only the options allowed"


async def _alike(endpoint: TgiEndpoint | OpenaiEndpoint, options: Sequence[str]) -> list[str]:
    """Return the options that have their first token in common with another, at the beginning of an answer or behind a space."""
    found: list[str] = []
    for before in ("", " "):
        pieces = [await endpoint.first_piece(before + option) for option in options]
        found += [option for option, piece in zip(options, pieces, strict=True) if pieces.count(piece) > 1 and option not in found]
    return found
