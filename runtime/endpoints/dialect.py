"""How servers with OpenAI's routes differ, and which of them one is: each has a route that the others lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.json_schema import json_schema

GOES_ON = {"add_generation_prompt": False, "continue_final_message": True}
GUIDED_UNTIL = (0, 12)
"""The first release of vLLM that no longer takes `guided_json`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One kind of server.

    `likely` is how many likely tokens it tells, none if it ignores the question. `goes_on` is what a
    chat needs beside a last message of the assistant's that is to be gone on with, None where that is
    not possible. `reads_back` says whether it tells the probabilities of a prompt's own tokens, and
    `completes` whether it tells any on the route for texts.
    """

    name: str
    version: str = ""
    likely: int = 5
    goes_on: Mapping[str, Any] | None = None
    reads_back: bool = False
    completes: bool = True
    largest_seed: int = 2**63 - 1
    guided: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)

    def grammar(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return what constrains a record; of all else the text is free."""
        if answer["kind"] != "record" or not self.likely:
            return {}
        schema = json_schema(answer)
        if self.name == "vLLM":
            return {"guided_json": schema} if self.guided else {"structured_outputs": {"json": schema}}
        if self.name == "TGI":
            return {"response_format": {"type": "json", "value": schema}}
        return {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}}


VLLM = Dialect(name="vLLM", likely=20, goes_on=GOES_ON, reads_back=True)
SGLANG = Dialect(name="SGLang", likely=20, goes_on={"continue_final_message": True}, reads_back=True)
LLAMA_CPP = Dialect(name="llama.cpp", likely=20, goes_on={}, largest_seed=2**31 - 1)
TGI = Dialect(name="TGI", completes=False)
TRANSFORMERS = Dialect(name="transformers serve", likely=0)
OTHER = Dialect(name="OpenAI")


async def dialect_of(connection: Connection) -> Dialect:
    """Return which kind of server one is, by the routes it has beside OpenAI's.

    Raises:
        EndpointError: nobody listens, or nobody is let in.
    """
    told = await connection.ask("/version")
    if isinstance(told, Mapping) and "version" in told:
        return replace(VLLM, version=str(told["version"]), guided=_release(str(told["version"])) < GUIDED_UNTIL)
    told = await connection.ask("/get_model_info")
    if isinstance(told, Mapping) and "model_path" in told:
        return replace(SGLANG, told=told)
    told = await connection.ask("/props")
    if isinstance(told, Mapping) and "default_generation_settings" in told:
        return replace(LLAMA_CPP, version=str(told.get("build_info", "")), told=told)
    told = await connection.ask("/info")
    if isinstance(told, Mapping) and "model_id" in told:
        return replace(TGI, version=str(told.get("version", "")), told=told)
    told = await connection.ask("/openapi.json")
    paths = told.get("paths", {}) if isinstance(told, Mapping) else {}
    return TRANSFORMERS if "/load_model" in paths or "/v1/systemone" in paths else OTHER


def _release(version: str) -> tuple[int, ...]:
    """Return the first two numbers of a version.

    >>> _release("0.11.1rc2+cpu"), _release("dev")
    ((0, 11), (999,))
    """
    parts = version.split(".")[:2]
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else (999,)
