r"""A JSON schema as a regular expression: every property is written, in order, without needless white space.

>>> regex_of({"properties": {"age": {"type": "integer"}}})
'\\{"age": ?(-?(0|[1-9][0-9]*))\\}'
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

STRING = r'"([^"\\\x00-\x1f]|\\["\\/bfnrt])*"'
WHOLE = r"(-?(0|[1-9][0-9]*))"
NUMBER = r"(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)"
ESCAPED = re.compile(r"([\\^$.|?*+()\[\]{}])")
DEEPEST = 8


class NoSuchGrammar(ValueError):
    """A grammar that cannot be followed; the message says why."""


def regex_of(schema: Mapping[str, Any]) -> str:
    """Return what every value of a schema with properties matches.

    Raises:
        NoSuchGrammar: it says something that no expression of this kind can.
    """
    if not isinstance(schema.get("properties"), Mapping):
        raise NoSuchGrammar("Grammar must have a 'properties' field")
    return _Reading(root=schema).value(schema, 0)


def escaped(text: str) -> str:
    """Return what matches a text and nothing else."""
    return ESCAPED.sub(r"\\\1", text)


class _Reading:
    """One schema while it is read; `root` is what references start from."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root

    def value(self, schema: Any, depth: int) -> str:
        """Return what a value of a schema matches."""
        if not isinstance(schema, Mapping):
            raise NoSuchGrammar(f"a schema is an object, not {json.dumps(schema)}")
        if depth > DEEPEST:
            raise NoSuchGrammar(f"a schema may be {DEEPEST} levels deep")
        if "$ref" in schema:
            return self.value(self._referred(str(schema["$ref"])), depth + 1)
        for several in ("anyOf", "oneOf"):
            if several in schema:
                return self._either([self.value(one, depth + 1) for one in schema[several]])
        if "enum" in schema or "const" in schema:
            return self._either([escaped(json.dumps(one, ensure_ascii=False)) for one in schema.get("enum", [schema.get("const")])])
        kinds = schema.get("type", "object" if "properties" in schema else None)
        return self._either([self._typed(kind, schema, depth) for kind in (kinds if isinstance(kinds, list) else [kinds])])

    def _typed(self, kind: Any, schema: Mapping[str, Any], depth: int) -> str:
        if kind == "object":
            fields = [f"{escaped(json.dumps(name, ensure_ascii=False))}: ?{self.value(of, depth + 1)}" for name, of in (schema.get("properties") or {}).items()]
            return r"\{" + ", ?".join(fields) + r"\}"
        if kind == "array":
            return self._array(schema, depth)
        if kind == "string":
            return self._string(schema)
        known = {"integer": WHOLE, "number": NUMBER, "boolean": "(true|false)", "null": "null"}
        if kind not in known:
            raise NoSuchGrammar(f"there is no type {json.dumps(kind)}")
        return known[kind]

    def _array(self, schema: Mapping[str, Any], depth: int) -> str:
        item = self.value(schema.get("items"), depth + 1)
        least, most = int(schema.get("minItems", 0)), schema.get("maxItems")
        if most == 0:
            return r"\[\]"
        more = f"(, ?{item}){{{max(0, least - 1)},{'' if most is None else int(most) - 1}}}"
        return rf"\[{item}{more}\]" if least else rf"\[({item}{more})?\]"

    @staticmethod
    def _string(schema: Mapping[str, Any]) -> str:
        if "pattern" in schema:
            return f'"{str(schema["pattern"]).removeprefix("^").removesuffix("$")}"'
        if "minLength" in schema or "maxLength" in schema:
            return STRING[:-2] + f'{{{int(schema.get("minLength", 0))},{schema.get("maxLength", "")}}}"'
        return STRING

    @staticmethod
    def _either(options: Sequence[str]) -> str:
        if not options:
            raise NoSuchGrammar("a choice of nothing matches nothing")
        return options[0] if len(options) == 1 else f"({'|'.join(options)})"

    def _referred(self, path: str) -> Any:
        found: Any = self.root
        for name in path.removeprefix("#/").split("/"):
            if not path.startswith("#/") or not isinstance(found, Mapping) or name not in found:
                raise NoSuchGrammar(f"`$ref` leads nowhere: {path}")
            found = found[name]
        return found
