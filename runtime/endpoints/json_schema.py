"""The JSON schema of a type of answers, as grammars take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PLAIN = {"int": "integer", "float": "number", "share": "number", "bool": "boolean"}


def json_schema(of: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a type.

    >>> json_schema({"kind": "list", "of": {"kind": "int"}})
    {'type': 'array', 'items': {'type': 'integer'}}
    """
    if of["kind"] == "record":
        return {"type": "object", "properties": {n: json_schema(t) for n, t in of["fields"].items()}, "required": list(of["fields"])}
    if of["kind"] == "choice":
        return {"type": "string", "enum": list(of["options"])}
    if of["kind"] == "list":
        return {"type": "array", "items": json_schema(of["of"]), **({"maxItems": of["most"]} if "most" in of else {})}
    return {"type": PLAIN.get(of["kind"], "string")}
