"""Rows for which an expression holds: checked and typed as a step of a spec would be."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from synthc.compiler.expression import Expressions
from synthc.compiler.load import EMPTY, Linked, Loaded
from synthc.compiler.program import Program
from synthc.compiler.types import BOOL, Type
from synthc.dsl.parse import parse_expression
from synthc.dsl.source import Source
from synthc.runtime.errors import InputError


def condition(text: str, columns: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the JSON form of a condition over columns whose types are given in JSON.

    Raises:
        InputError: it is no condition; what is wrong with it has been shown on stderr.
    """
    source = Source(path="--where", text=text)
    written, findings = parse_expression(source, 0, len(text))
    nothing = Loaded(syntax=EMPTY, folder=Path())
    program = Program(linked=Linked(modules=[nothing], prefixes={id(nothing): ""}), project=Path())
    checker = Expressions(scope=program.scope(program.main), columns={name: type_of(of) for name, of in columns.items()}, what="a column")
    typed = None if written is None else checker.check(written, BOOL)
    found = (*findings, *program.diagnostics)
    if typed is None or typed.json is None or found:
        from synthc.cli.terminal import coloured
        from synthc.findings.text import text as shown

        found = tuple(replace(one, fix=None) for one in found)  # nothing mends a command line
        print(shown(found, colour=coloured(sys.stderr)), end="", file=sys.stderr)
        raise InputError(f"`--where` wants a condition over {', '.join(f'`{name}`' for name in columns)}, such as `words(text) > 5`")
    condition_: Mapping[str, Any] = typed.json
    return condition_


def type_of(of: Mapping[str, Any]) -> Type:
    """Return a type from its form in a graph.

    >>> str(type_of({"kind": "list", "of": {"kind": "text"}}))
    'list(text)'
    """
    return Type(
        kind=of["kind"],
        of=type_of(of["of"]) if "of" in of else None,
        fields=tuple((name, type_of(inner)) for name, inner in of.get("fields", {}).items()),
        options=tuple(of.get("options", ())),
    )
