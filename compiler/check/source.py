"""`public source web = files(...) { ... }` and `private source users = ...`."""

from __future__ import annotations

import posixpath
from typing import Any

from synthc.compiler.catalog.sources.files import Files
from synthc.compiler.catalog.sources.source import READERS, By, PrivateSource, PublicSource
from synthc.compiler.check.constants import type_of
from synthc.compiler.constant import Keys, Made, Share
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.load import relative
from synthc.compiler.privacy import PUBLIC, declared_private
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import make, settings_of
from synthc.compiler.types import TEXT, Type, accepts, read_type
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the rows of a source."""
    visibility = declared.visibility.name if declared.visibility else None
    if visibility is None:
        scope.report(error("missing-visibility", f"`{declared.name.name}` must say whether it is public or private", declared.kind.span, help="write `public source` or `private source`"))
        return None
    columns = _columns(declared, scope, private=visibility == "private")
    if not scope.all_once([(e.name.name, e.name.span) for e in declared.settings.entries if e.name.name in columns] if declared.settings else [], "the column"):
        return None
    model = PrivateSource if visibility == "private" else PublicSource
    settings = settings_of(model, declared, scope, *columns)
    try:
        reader = _reader(declared, scope)
        split = _split(declared, settings, scope) if isinstance(settings, PrivateSource) else None
    except NotConstant:
        return None
    if settings is None or None in columns.values() or (isinstance(settings, PrivateSource) and not _people(declared, settings, scope)):
        return None
    if not columns:
        columns["text"] = {"path": ["text"], "type": TEXT}
    types = {name: column["type"] for name, column in columns.items() if column}
    more = {} if not isinstance(settings, PrivateSource) else {
        "user": list(settings.user.keys),
        "people": settings.people or scope.prefix + declared.name.name,
        "population": settings.population,
        "simulate": settings.simulate,
        "draw": settings.draw,
        "split": split,
    }
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="rows",
        kind="source",
        span=declared.name.span,
        flow=declared_private(declared.name.span, declared.name.name) if visibility == "private" else PUBLIC,
        columns=types,
        licences=frozenset({settings.license or ""}),
        settings={
            "reader": reader,
            "visibility": visibility,
            "columns": {n: {**c, "type": c["type"].to_json()} for n, c in columns.items() if c},
            "license": settings.license,
            "max_failures": settings.max_failures,
            **({"user": None, "people": None, "population": None, "simulate": None, "draw": None, "split": None} | more),
        },
    )


def _columns(declared: syntax.Declaration, scope: Scope, *, private: bool) -> dict[str, dict[str, Any] | None]:
    columns: dict[str, dict[str, Any] | None] = {}
    for entry in declared.settings.entries if declared.settings else ():
        if isinstance(entry, syntax.Cases) or (private and entry.name.name == "user"):
            continue
        defaulted = isinstance(entry.value, syntax.Binary) and entry.value.operator == "else"
        path, default = (entry.value.left, entry.value.right) if isinstance(entry.value, syntax.Binary) and defaulted else (entry.value, None)
        if isinstance(path, syntax.Path):
            columns[entry.name.name] = _column(entry, path, default, scope)
    return columns


def _column(entry: syntax.Setting, path: syntax.Path, default: syntax.Expression | None, scope: Scope) -> dict[str, Any] | None:
    type_: Type | None = TEXT if entry.type is None else read_type(entry.type)
    if type_ is None and entry.type is not None:
        scope.report(error("unknown-type", f"`{entry.type.span.text}` is no type", entry.type.span))
        return None
    column: dict[str, Any] = {"path": list(path.keys), "type": type_}
    if default is not None:
        try:
            column["default"] = Constants(scope=scope).evaluate(default)
        except NotConstant:
            return None
        found = type_of(column["default"])
        if type_ is None or found is None or not accepts(type_, found):
            scope.report(error("wrong-type", f"`{entry.name.name}` is {type_}, and its default is {found}", default.span))
            return None
    return column


def _reader(declared: syntax.Declaration, scope: Scope) -> dict[str, Any]:
    value = Constants(scope=scope).evaluate(declared.value) if declared.value else None
    if not isinstance(value, Made):
        scope.report(error("wrong-value", 'a source reads `files("...")` or `hub("...")`', (declared.value or declared.name).span))
        raise NotConstant
    made = make(READERS, value, scope)
    if isinstance(made, Files):
        folder = relative(scope.module.folder, scope.program.project)
        return {"kind": "files", "paths": [posixpath.normpath(posixpath.join(folder, path)) for path in made.paths]}
    return {"kind": "hub", **made.model_dump()}


def _people(declared: syntax.Declaration, settings: PrivateSource, scope: Scope) -> bool:
    """Check what a private source says of its people."""
    name, span = declared.name.name, declared.name.span
    if not isinstance(settings.user, Keys):
        scope.report(error("wrong-value", "`user` wants a place in the record, such as .user_id", span))
        return False
    if settings.population is not None and settings.simulate is not None:
        scope.report(error("wrong-value", f"`{name}` declares a `population` and pretends one with `simulate`", span, help="keep one of the two"))
        return False
    if settings.draw is not None and settings.simulate is None:
        scope.report(error("useless-setting", "`draw` has no effect without `simulate`", span))
        return False
    return True


def _split(declared: syntax.Declaration, settings: PrivateSource, scope: Scope) -> dict[str, Any] | None:
    split = settings.split
    if split is None:
        return None
    if isinstance(split, By):
        parts = split.model_extra or {}
        if parts and "train" in parts and all(isinstance(value, str) for value in parts.values()):
            return {"by": split.column, "parts": dict(parts)}
    span = next(e.name.span for e in declared.settings.entries if e.name.name == "split") if declared.settings else declared.name.span
    if isinstance(split, dict):
        shares = list(split.values())
        if all(isinstance(share, Share) for share in shares) and "train" not in split and sum(shares) < 1:
            return {"by": None, "parts": {name: float(share) for name, share in split.items()}}
        problem = "`split` names parts and their shares, together below 100%; the rest is `train`"
    else:
        problem = 'a split is `{ test = 10% }` or `by(.column, train = "...", test = "...")`'
    scope.report(error("wrong-value", problem, span))
    raise NotConstant
