"""`--endpoint NAME=tgi:URL`: who answers in place of what the spec says."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from synthc.compiler.graph import Graph
from synthc.runtime.errors import InputError


def add_endpoint(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument("--endpoint", action="append", default=[], metavar="NAME=tgi:URL", help="ask this server, `NAME=openai:URL` or `NAME=embedded`")


def endpoints_of(said: Iterable[str], graph: Graph) -> dict[str, str]:
    """Return who answers for which endpoint of a graph, after checking that it has one of that name."""
    known = [node.name for node in graph.nodes if node.kind == "endpoint"]
    found: dict[str, str] = {}
    for text in said:
        name, _, target = text.partition("=")
        kind, _, url = target.partition(":")
        address = kind in {"tgi", "openai"} and url.startswith(("http://", "https://")) and len(url) > len("https://")
        if not name or not (address or target == "embedded"):
            raise InputError(f"`--endpoint {text}`: say `NAME=tgi:http://HOST:PORT`, `NAME=openai:http://HOST:PORT` or `NAME=embedded`")
        if name not in known:
            there = "there are " + ", ".join(f"`{one}`" for one in known) if known else "it asks nobody"
            raise InputError(f"`--endpoint {text}`: this graph has no endpoint `{name}`; {there}")
        found[name] = target
    return found
