"""`synthc doctor`: what is installed, reachable, missing, and how to mend it."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from synthc.compiler.graph import Graph, Node

if TYPE_CHECKING:
    from synthc.runtime.endpoints.look import Prompt

ROOM = 2 * 1024**3
"""Bytes of free disk below which a run may stop early."""


class Found(NamedTuple):
    """One thing that was looked at; `mend` says what to do if it is not good."""

    good: bool
    what: str
    mend: str = ""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("spec", nargs="?", metavar="SPEC", help="the spec whose endpoints are looked at; the only one of this folder if left out")


def run(options: argparse.Namespace) -> int:
    """Look at everything, and exit with 1 if something is missing."""
    bad = 0
    for look in (*LOOKS, partial(endpoints, options.spec)):
        for found in look():
            bad += not found.good
            print(f"{'ok     ' if found.good else 'missing'}  {found.what}" + ("" if found.good else f"; {found.mend}"))
    return int(bad > 0)


def python() -> Iterator[Found]:
    """Python itself."""
    yield Found(sys.version_info >= (3, 11), f"Python {platform.python_version()}", "install Python 3.11 or later")


def packages() -> Iterator[Found]:
    """Everything that synthc depends on."""
    try:
        wanted = [line for line in requires("synthc") or [] if "extra ==" not in line]
    except PackageNotFoundError:
        yield Found(good=False, what="synthc is not installed, only found", mend="install it with `pip install synthc`")
        return
    for line in wanted:
        name = re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0]
        try:
            yield Found(good=True, what=f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Found(good=False, what=name, mend=f"install it with `pip install '{line}'`")


def model() -> Iterator[Found]:
    """The weights of the bundled model."""
    weights = Path(__file__).parent.parent / "runtime/endpoints/embedded/weights/model.safetensors"
    yield Found(weights.is_file(), "the bundled model", "install synthc again; without it every prompt needs an `endpoint`")


def served() -> Iterator[Found]:
    """Whether `synthc serve` answers where it does unless told otherwise."""
    from http.client import HTTPConnection, HTTPException

    from synthc.cli.serve import PORT

    connection = HTTPConnection("127.0.0.1", PORT, timeout=2)
    try:
        connection.request("GET", "/info")
        ours = b'"router": "synthc"' in connection.getresponse().read()
        what = f"`synthc serve` answers at http://127.0.0.1:{PORT}" if ours else f"port {PORT} is another program's, so say `synthc serve --port 0`"
    except ConnectionRefusedError:
        what = f"port {PORT} is free for `synthc serve`"
    except (OSError, HTTPException):
        what = f"port {PORT} is another program's, so say `synthc serve --port 0`"
    finally:
        connection.close()
    yield Found(good=True, what=what)


def disk() -> Iterator[Found]:
    """Room for what runs keep, and the right to write it."""
    free = shutil.disk_usage(".").free
    yield Found(free > ROOM, f"{free / 1024**3:.1f} GiB of free disk", "free some space before a long run")
    place = Path(".synth") if Path(".synth").exists() else Path()
    yield Found(os.access(place, os.W_OK), f"{place.resolve()} can be written", "change its permissions, or work in another folder")


def endpoints(spec: str | None) -> Iterator[Found]:
    """Whether each endpoint of a spec, or of the only one of this folder, answers."""
    from synthc.cli.specs import choose
    from synthc.compiler.compile import compile_spec
    from synthc.runtime.errors import InputError

    try:
        path = choose(spec, graphs=False)
    except InputError as problem:
        if spec is not None:
            raise
        yield Found(good=True, what=f"no endpoint was looked at: {problem}")
        return
    graph = compile_spec(path, Path()).graph
    if graph is None:
        yield Found(good=True, what=f"no endpoint was looked at: {path} does not compile, and `synthc check` says why")
    for node in graph.nodes if graph else ():
        if graph and node.kind == "endpoint" and node.settings["kind"] != "embedded":
            yield from _answers(node, graph)


def _answers(node: Node, graph: Graph) -> Iterator[Found]:
    import asyncio

    from synthc.runtime.endpoints.base import EndpointError
    from synthc.runtime.endpoints.look import look
    from synthc.runtime.endpoints.open import open_endpoint
    from synthc.runtime.errors import RunError

    found: list[Found] = []

    async def ask() -> None:
        endpoint = open_endpoint(node, None, graph)
        try:
            found.extend([Found(seen.good, f"endpoint `{node.name}` {seen.what}", seen.mend) async for seen in look(endpoint, _prompts(node, graph))])
        finally:
            await endpoint.close()

    try:
        asyncio.run(ask())
    except (EndpointError, RunError) as problem:
        what, _, mend = str(problem).partition("; ")
        found.append(Found(good=False, what=what, mend=mend or "see to it, and try again"))
    yield from found


def _prompts(node: Node, graph: Graph) -> dict[str, Prompt]:
    """Return what an endpoint is asked, by the names of the prompts."""
    from synthc.runtime.endpoints.look import Prompt

    asks = [step.settings for one in graph.nodes for step in one.steps if step.verb == "ask"]
    prompts = [ask["prompt"] for ask in (*asks, *graph.tests) if ask["endpoint"]["node"] == node.name]
    return {prompt["name"]: Prompt(prompt["answer"], _fixed(prompt)) for prompt in prompts}


def _fixed(prompt: Mapping[str, Any]) -> str:
    """Return the text of a prompt without its holes."""
    parts = [part for message in prompt["messages"] or () for part in message["parts"]] + (prompt["complete"] or [])
    return " ".join(part for part in parts if isinstance(part, str))


LOOKS = (python, packages, model, served, disk)
"""What is looked at before the endpoints, in the order in which it is shown."""
