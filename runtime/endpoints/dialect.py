"""How servers with OpenAI's routes differ, and which of them one is: each has a route that the others lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.guided import Form

GOES_ON = {"add_generation_prompt": False, "continue_final_message": True}
GUIDED_UNTIL = (0, 12)
"""The first release of vLLM that no longer takes `guided_json`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One kind of server.

    `likely` is how many likely tokens it tells, none if it ignores the question. `goes_on` is what a
    chat needs beside a last message of the assistant's that is to be gone on with, None where that is
    not possible. `reads_back` says whether it tells the probabilities of a prompt's own tokens, and
    `completes` whether it tells any on the route for texts. `streams` is what asks for an answer as it is written and
    for its counts, None where nothing is known of that.
    """

    name: str
    version: str = ""
    likely: int = 5
    goes_on: Mapping[str, Any] | None = None
    reads_back: bool = False
    completes: bool = True
    largest_seed: int = 2**63 - 1
    guided: bool = False
    streams: Mapping[str, Any] | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    def grammar(self, form: Form | None) -> dict[str, Any]:
        """Return what holds an answer to a form, in the spelling of the server; nothing where it is free, or the server has none for it."""
        if form is None or not self.likely:
            return {}
        spelt = SPELLINGS.get(self.name, _openai)(self, form)
        return {key: value for key, value in spelt.items() if value is not None}


def _vllm(dialect: Dialect, form: Form) -> dict[str, Any]:
    name, value = ("json", form.schema) if form.schema is not None else ("choice", list(form.options)) if form.options else ("regex", form.regex)
    return {f"guided_{name}": value} if dialect.guided else {"structured_outputs": {name: value}}


def _sglang(dialect: Dialect, form: Form) -> dict[str, Any]:
    return _openai(dialect, form) if form.schema is not None else {"regex": form.pattern}


def _llama_cpp(dialect: Dialect, form: Form) -> dict[str, Any]:
    return _openai(dialect, form) if form.schema is not None else {"grammar": form.grammar}


def _tgi(_: Dialect, form: Form) -> dict[str, Any]:
    return {"response_format": tgi_grammar(form)}


def _openai(_: Dialect, form: Form) -> dict[str, Any]:
    named = {"name": "answer", "schema": form.schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": named} if form.schema is not None else None}


def tgi_grammar(form: Form | None) -> dict[str, Any] | None:
    """Return a form as TGI takes it on all its routes; of JSON it takes objects alone, for it looks for `properties`."""
    if form is None or (form.schema is not None and "properties" not in form.schema):
        return None
    return {"type": "regex", "value": form.pattern} if form.schema is None else {"type": "json", "value": form.schema}


SPELLINGS: Mapping[str, Callable[[Dialect, Form], dict[str, Any]]] = {"vLLM": _vllm, "SGLang": _sglang, "llama.cpp": _llama_cpp, "TGI": _tgi}


STREAMS: Mapping[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
COUNTS: Mapping[str, Any] = {"stream": True, "stream_options": {"include_usage": True, "continuous_usage_stats": True}}
VLLM = Dialect(name="vLLM", likely=20, goes_on=GOES_ON, reads_back=True, streams=COUNTS)
SGLANG = Dialect(name="SGLang", likely=20, goes_on={"continue_final_message": True}, reads_back=True, streams=COUNTS)
LLAMA_CPP = Dialect(name="llama.cpp", likely=20, goes_on={}, largest_seed=2**31 - 1, streams=STREAMS)
TGI = Dialect(name="TGI", completes=False, streams=STREAMS)
TRANSFORMERS = Dialect(name="transformers serve", likely=0)
OTHER = Dialect(name="OpenAI")


OWN = {
    "vLLM": ("/version", "version"),
    "SGLang": ("/get_model_info", "model_path"),
    "llama.cpp": ("/props", "default_generation_settings"),
    "TGI": ("/info", "model_id"),
    "transformers serve": ("/openapi.json", None),
}
"""The route that each has and the others have not, and a key of what it tells."""
NAMED = {"vllm": VLLM, "sglang": SGLANG, "llama.cpp": LLAMA_CPP, "tgi": TGI, "transformers": TRANSFORMERS, "other": OTHER}
"""What `server` says in a spec."""


async def dialect_of(connection: Connection, server: str | None = None) -> Dialect:
    """Return which kind of server one is, by the routes it has beside OpenAI's.

    A spec may name the `server`, whose routes a gateway may hide.

    Raises:
        EndpointError: nobody listens, or nobody is let in.
    """
    for name, dialect in NAMED.items():
        if server in {None, name} and (found := await _seen_as(dialect, connection)) is not None:
            return found
    return NAMED[server] if server is not None else OTHER


async def _seen_as(dialect: Dialect, connection: Connection) -> Dialect | None:
    """Return a dialect with what its own route tells, None where a server has no such route."""
    path, telling = OWN.get(dialect.name, (None, None))
    told = await connection.ask(path) if path is not None else None
    if not isinstance(told, Mapping):
        return None
    if dialect is TRANSFORMERS:
        return dialect if {"/load_model", "/v1/systemone"} & set(told.get("paths", ())) else None
    if telling not in told:
        return None
    version = str(told.get("version") or told.get("build_info") or "") if dialect is not SGLANG else ""
    return replace(dialect, version=version, guided=dialect is VLLM and _release(version) < GUIDED_UNTIL, told={} if dialect is VLLM else told)


def _release(version: str) -> tuple[int, ...]:
    """Return the first two numbers of a version.

    >>> _release("0.11.1rc2+cpu"), _release("dev")
    ((0, 11), (999,))
    """
    parts = version.split(".")[:2]
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else (999,)
