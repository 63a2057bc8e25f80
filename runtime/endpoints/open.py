"""Opens the endpoints of a graph: which server, at which address, under which name."""

from __future__ import annotations

import os
from collections.abc import Mapping

from synthc.compiler.graph import Node
from synthc.runtime.endpoints.base import Endpoint
from synthc.runtime.errors import InputError


def open_endpoint(node: Node, override: str | None) -> Endpoint:
    """Return the endpoint of a node; `override` is `KIND:URL` or `embedded` from the command line."""
    settings = node.settings
    kind = settings["kind"] if override is None else override.split(":", 1)[0]
    if kind == "embedded":
        from synthc.runtime.endpoints.embedded.endpoint import EmbeddedEndpoint

        return EmbeddedEndpoint()
    if kind != "tgi":
        raise InputError(f"`--endpoint {node.name}={override}`: kinds are `tgi:URL` and `embedded`")
    from synthc.runtime.endpoints.connection import Connection
    from synthc.runtime.endpoints.tgi import TgiEndpoint, secret

    url = override.split(":", 1)[1] if override else _address(settings["url"], node)
    token = secret(settings["token"]["secret"], node.name) if settings.get("token") else None
    connection = Connection(name=node.name, url=url, timeout=settings.get("timeout", 60.0), token=token, insecure=settings.get("insecure", False))
    return TgiEndpoint(connection=connection, adapter=settings.get("adapter") if override is None else None)


def _address(url: Mapping[str, str | None], node: Node) -> str:
    if "text" in url:
        return str(url["text"])
    found = os.environ.get(str(url["env"]), url["default"])
    if not found:
        raise InputError(f"{node.place}: the address of endpoint `{node.name}` stands in `{url['env']}`, which is not set; set it, or say `--endpoint {node.name}=tgi:URL` or `--endpoint {node.name}=embedded`")
    return found
