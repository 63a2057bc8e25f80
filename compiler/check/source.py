"""`public source web = files(...) { ... }` and `private source users = ...`."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any

from synthc.compiler.catalog.reader import SOURCES
from synthc.compiler.catalog.sources.source import By, PrivateSource, PublicSource
from synthc.compiler.catalog.sources.user import MADE_UP
from synthc.compiler.catalog.values import Makers
from synthc.compiler.check.types import read_type
from synthc.compiler.constant import Keys, Made, Share, fits, to_json, type_of
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.load import relative
from synthc.compiler.privacy import PUBLIC, declared_private
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import make, setting_span, settings_of
from synthc.compiler.types import TEXT
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the rows of a source."""
    visibility = declared.visibility.name if declared.visibility else None
    if visibility is None:
        scope.report(error("missing-visibility", f"`{declared.name.name}` must say whether it is public or private", declared.kind.span, help="write `public source` or `private source`"))
        return None
    private = visibility == "private"
    columns = _columns(declared, scope, private=private)
    entries = declared.settings.entries if declared.settings else ()
    if not scope.all_once([(e.name.name, e.name.span) for e in entries if e.name.name in columns], "the column"):
        return None
    if private:
        settings: PrivateSource | PublicSource | None = settings_of(PrivateSource, declared, scope, *columns)
    else:
        settings = settings_of(PublicSource, declared, scope, *columns)
    try:
        reader = _reader(declared, scope)
        people = _people(declared, settings, scope) if isinstance(settings, PrivateSource) else NO_PEOPLE
    except NotConstant:
        return None
    if settings is None or None in columns.values():
        return None
    known = {name: column for name, column in columns.items() if column} or {"text": {"path": ["text"], "type": TEXT}}
    name, span = declared.name.name, declared.name.span
    return Thing(
        name=scope.prefix + name,
        thing="rows",
        kind="source",
        span=span,
        flow=declared_private(span, name) if private else PUBLIC,
        columns={name: column["type"] for name, column in known.items()},
        licences=frozenset({settings.license or ""}),
        settings={
            "reader": reader,
            "visibility": visibility,
            "columns": {name: {**column, "type": column["type"].to_json()} for name, column in known.items()},
            "license": settings.license,
            "max_failures": settings.max_failures,
            **people,
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
    type_ = TEXT if entry.type is None else read_type(entry.type, scope)
    if type_ is None:
        return None
    column: dict[str, Any] = {"path": list(path.keys), "type": type_}
    if default is not None:
        try:
            value = Constants(scope=scope).evaluate(default)
        except NotConstant:
            return None
        if not fits(value, type_):
            scope.report(error("wrong-type", f"`{entry.name.name}` is {type_}, and its default is {type_of(value)}", default.span))
            return None
        column["default"] = to_json(value)
    return column


def _reader(declared: syntax.Declaration, scope: Scope) -> dict[str, Any]:
    value = Constants(scope=scope).evaluate(declared.value) if declared.value else None
    if not isinstance(value, Made):
        scope.report(error("wrong-value", 'a source reads `files("...")` or `hub("...")`', (declared.value or declared.name).span))
        raise NotConstant
    kinds = {kind: found for kind in ((value.name,) if SOURCES.find(value.name) else SOURCES.names()) if (found := SOURCES.find(kind)) is not None}
    made = make(Makers(**{kind: found.settings for kind, found in kinds.items()}), value, scope)
    reader = {"kind": value.name, **made.model_dump()}
    for name in kinds[value.name].paths:
        here = [from_project(path, scope.module.folder, scope.program.project) for path in (reader[name] if isinstance(reader[name], list) else [reader[name]])]
        reader[name] = here if isinstance(reader[name], list) else here[0]
    return reader


def from_project(path: str, folder: Path, project: Path) -> str:
    """Return a path or pattern as seen from the project, so that a graph names no place of one machine.

    >>> from_project("/home/ann/phone/data/*.jsonl", Path("/home/ann/phone/specs"), Path("/home/ann/phone"))
    'data/*.jsonl'
    >>> from_project("../more/*.jsonl", Path("/home/ann/phone/specs"), Path("/home/ann/phone"))
    'more/*.jsonl'
    """
    if not posixpath.isabs(path):
        return posixpath.normpath(posixpath.join(relative(folder, project), path))
    root = project.absolute().as_posix()
    # A link on the way to the project is no reason to look at where it leads.
    inside = posixpath.normpath(path).startswith(f"{posixpath.normpath(root)}/")
    return posixpath.relpath(posixpath.normpath(path), root if inside else project.resolve().as_posix())


NO_PEOPLE = dict.fromkeys(("user", "people", "population", "simulate", "draw", "split"))


def _people(declared: syntax.Declaration, settings: PrivateSource, scope: Scope) -> dict[str, Any]:
    """Return what a private source says of its people.

    Raises:
        NotConstant: something about them is wrong, which has been reported.
    """

    def wrong(rule: str, message: str, setting: str, mend: str) -> NotConstant:
        scope.report(error(rule, message, setting_span(declared, setting), help=mend))
        return NotConstant()

    name = declared.name.name
    made_up = _made_up(settings)
    if made_up is None and not isinstance(settings.user, Keys):
        raise wrong("wrong-value", "`user` wants a place in the record, such as .user_id", "user", "write `user = .user_id`")
    if settings.population is not None and settings.simulate is not None:
        raise wrong("wrong-value", f"`{name}` declares a `population` and pretends one with `simulate`", "simulate", "keep one of the two")
    if made_up is not None and settings.population is not None:
        raise wrong("made-up-users", f"`{name}` makes its users up, so there are no {settings.population:,} people whom noise would protect", "population", "pretend them: `simulate = N` in place of `population`")
    if settings.draw is not None and settings.simulate is None:
        raise wrong("useless-setting", "`draw` has no effect without `simulate`", "draw", "remove it")
    return {
        **({"user": list(settings.user.keys)} if made_up is None else made_up),
        "people": settings.people or scope.prefix + name,
        "population": settings.population,
        "simulate": settings.simulate,
        "draw": settings.draw,
        "split": _split(declared, settings, scope),
    }


def _made_up(settings: PrivateSource) -> dict[str, Any] | None:
    """Return how users are made up, None where a record says whose it is."""
    kind = next((kind for kind, model in MADE_UP.items() if isinstance(settings.user, model)), None)
    if kind is None:
        return None
    values = settings.user.model_dump()
    return {"user": values.pop("column", None), "made_up": {"kind": kind, **values}}


def _split(declared: syntax.Declaration, settings: PrivateSource, scope: Scope) -> dict[str, Any] | None:
    split = settings.split
    if split is None:
        return None
    if isinstance(split, By):
        parts = split.model_extra or {}
        if parts and "train" in parts and all(isinstance(value, str) for value in parts.values()):
            return {"by": split.column, "parts": dict(parts)}
    span = setting_span(declared, "split")
    if isinstance(split, dict):
        shares = list(split.values())
        if all(isinstance(share, Share) for share in shares) and "train" not in split and sum(shares) < 1:
            return {"by": None, "parts": {name: float(share) for name, share in split.items()}}
        problem = "`split` names parts and their shares, together below 100%; the rest is `train`"
    else:
        problem = 'a split is `{ test = 10% }` or `by(.column, train = "...", test = "...")`'
    scope.report(error("wrong-value", problem, span))
    raise NotConstant
