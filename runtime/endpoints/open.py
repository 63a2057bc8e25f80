"""Opens the endpoints of a graph: which server, at which address, under which name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from synthc.compiler.graph import Graph, Node
from synthc.runtime.door import carried_out
from synthc.runtime.endpoints.base import Endpoint
from synthc.runtime.errors import InputError

if TYPE_CHECKING:
    from synthc.runtime.endpoints.connection import Connection

GROUP = "synthc.servers"
OVERRIDES = ("tgi", "openai")
"""The kinds of servers that the command line can point to, by an address."""


def open_endpoint(node: Node, override: str | None, graph: Graph | None = None) -> Endpoint:
    """Return the endpoint of a node; `override` is `KIND:URL` or `embedded` from the command line, `graph` has the members of a pool."""
    if override is None:
        return KINDS.get(node.settings["kind"], _other)(node, graph)
    kind, _, url = override.partition(":")
    if kind == "embedded":
        return KINDS[kind](node, graph)
    if kind not in OVERRIDES:
        raise InputError(f"`--endpoint {node.name}={override}`: kinds are `tgi:URL`, `openai:URL` and `embedded`")
    return SERVERS[kind](_connection(node, url, kind), {})


def _embedded(_: Node, __: Graph | None) -> Endpoint:
    from synthc.runtime.endpoints.embedded.endpoint import EmbeddedEndpoint

    return EmbeddedEndpoint()


def _server(node: Node, _: Graph | None) -> Endpoint:
    kind = node.settings["kind"]
    return SERVERS[kind](_connection(node, _address(node.settings["url"], node), kind), node.settings)


def _tgi(connection: Connection, settings: Mapping[str, Any]) -> Endpoint:
    from synthc.runtime.endpoints.tgi import TgiEndpoint

    return TgiEndpoint(connection=connection, adapter=settings.get("adapter"))


def _openai(connection: Connection, settings: Mapping[str, Any]) -> Endpoint:
    from synthc.runtime.endpoints.openai import OpenaiEndpoint

    return OpenaiEndpoint(connection=connection, model=settings.get("model"), server=settings.get("server"))


def _hf(node: Node, _: Graph | None) -> Endpoint:
    from synthc.runtime.endpoints.hf import DeployedEndpoint, HfEndpoint

    settings, model = node.settings, _address(node.settings["model"], node)
    if "://" in model:
        return DeployedEndpoint(connection=_connection(node, model, "openai"))
    return HfEndpoint(name=node.name, model=model, provider=settings["provider"], token=_token(node), timeout=settings["timeout"])


def _transformers(node: Node, _: Graph | None) -> Endpoint:
    from synthc.runtime.endpoints.transformers import TransformersEndpoint

    settings = node.settings
    named = {key: settings[key] for key in ("model", "revision", "batch", "device", "dtype")}
    return TransformersEndpoint(name=node.name, token=_token(node), **named)


def _other(node: Node, _: Graph | None) -> Endpoint:
    """Open an endpoint of another package, which is given its name, its settings with the address as it is now, and its token."""
    settings = node.settings
    said = {**settings, "url": _address(settings["url"], node) if settings["url"] else None}
    opened: Endpoint = carried_out(GROUP, settings["kind"], node.place)(node.name, said, _token(node))
    return opened


def _pool(node: Node, graph: Graph | None) -> Endpoint:
    from synthc.runtime.endpoints.pool import Member, PoolEndpoint

    if graph is None:
        raise InputError(f"{node.place}: `{node.name}` is a pool, whose members are not known here")
    members = [graph.by_name[one["node"]] for one in node.settings["members"]]
    opened = [Member(name=one.name, endpoint=open_endpoint(one, None, graph), most=one.settings["concurrency"]) for one in members]
    return PoolEndpoint(name=node.name, members=opened, trip=node.settings["trip"], rest=node.settings["rest"])


KINDS: Mapping[str, Callable[[Node, Graph | None], Endpoint]] = {
    "embedded": _embedded,
    "tgi": _server,
    "openai": _server,
    "hf": _hf,
    "transformers": _transformers,
    "pool": _pool,
}
SERVERS: Mapping[str, Callable[[Connection, Mapping[str, Any]], Endpoint]] = {"tgi": _tgi, "openai": _openai}


def _connection(node: Node, url: str, kind: str) -> Connection:
    from synthc.runtime.endpoints.connection import Connection

    settings = node.settings
    address = url.rstrip("/").removesuffix("/v1") if kind == "openai" else url
    return Connection(
        name=node.name,
        url=address,
        timeout=settings.get("timeout", 60.0),
        token=_token(node),
        insecure=settings.get("insecure", False),
        speaks="OpenAI's API" if kind == "openai" else "Text Generation Inference",
    )


def _token(node: Node) -> str | None:
    return secret(node.settings["token"]["secret"], node.name) if node.settings.get("token") else None


def secret(variable: str, endpoint: str) -> str:
    """Return a secret from the environment; it is written nowhere."""
    value = os.environ.get(variable)
    if not value:
        raise InputError(f"endpoint `{endpoint}` needs the secret `{variable}`; set that environment variable")
    return value.strip()


def _address(url: Mapping[str, str | None], node: Node) -> str:
    if "text" in url:
        return str(url["text"])
    found = os.environ.get(str(url["env"]), url["default"])
    if not found:
        raise InputError(f"{node.place}: the address of endpoint `{node.name}` stands in `{url['env']}`, which is not set; set it, or say `--endpoint {node.name}=tgi:URL` or `--endpoint {node.name}=embedded`")
    return found
