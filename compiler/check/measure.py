"""`measure topics = histogram(topic) over users { ... }`: a statistic of private rows, released once under user-level DP."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.measures.histogram import Histogram
from synthc.compiler.check.budget import budget_of
from synthc.compiler.check.promise import people_of
from synthc.compiler.check.references import call
from synthc.compiler.check.release import released, rows_of_train
from synthc.compiler.check.slot import slot
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import PUBLIC, Flow, join, private_flow
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import settings_of
from synthc.compiler.suggest import guess
from synthc.compiler.types import FLOAT, Type, accepts
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error

COUNTED = frozenset({"text", "int", "bool", "choice"})
"""Types of which a value can be told from another exactly."""
MOST = 10_000
"""How many values of a range may be counted at most."""


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the rows of the statistic, with the label of its mechanism."""
    made = call(declared, ("histogram",), scope)
    settings = settings_of(Histogram, declared, scope)
    users = rows_of_train(declared, scope)
    if made is None or settings is None or users is None:
        return None
    source = users.origin or users
    if source.kind != "source" or source.settings["visibility"] != "private":
        scope.report(error("wrong-kind", f"a measure counts what private users have, and `{users.name}` is public", declared.name.span, help="public rows are counted without noise: read them in a `filter`"))
        return None
    column = _column(made, users, scope)
    if column is None:
        return None
    things: list[Thing] = []
    domain = _domain(settings.domain, column, declared.name, scope, things)
    if domain is None:
        return None
    said = _flow_of(things, settings, scope)
    release = None if said is None else released(declared.name, settings.dp, source, scope, clip=settings.dp.clip, cohort=settings.cohort)
    if said is None or release is None:
        return None
    label = Privacy.SIMULATED if source.settings["simulate"] else Privacy.DP
    span, (name, of) = declared.name.span, column
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="rows",
        kind="measure",
        span=span,
        flow=join(users.flow.relabelled(label, span, f"`{declared.name.name}` is measured over `{users.name}` here", declared.name.name), said),
        columns={"value": of, "count": FLOAT, "share": FLOAT},
        licences=frozenset().union(*(thing.licences for thing in things)) if things else frozenset(),
        settings={
            "statistic": "histogram",
            "users": {"node": users.name},
            "part": "train",
            "column": name,
            "domain": domain,
            **release,
            **people_of(source),
            "budget": budget.model_dump() if (budget := budget_of(source, scope)) else None,
        },
        inputs=(users.name, *(thing.name for thing in things)),
    )


def _column(made: syntax.Call, users: Thing, scope: Scope) -> tuple[str, Type] | None:
    """Return the column that is counted and the type of its values, those of the items where it holds lists."""
    written = made.arguments[0].value if len(made.arguments) == 1 else None
    if not isinstance(written, syntax.Name):
        scope.report(error("wrong-value", "a histogram counts one column: `histogram(COLUMN)`", made.span, help="make one with `let` in a filter, and measure that"))
        return None
    of = users.columns.get(written.name)
    if of is None:
        help_, fix = guess(written.name, users.columns, written.span)
        has = "its columns are " + ", ".join(f"`{name}`" for name in users.columns)
        scope.report(error("unknown-column", f"`{users.name}` has no column `{written.name}`", written.span, help=help_ or has, fix=fix))
        return None
    values = of.of if of.kind == "list" and of.of is not None else of
    if values.kind not in COUNTED:
        scope.report(error("wrong-type", f"a histogram counts text, whole numbers, truth values or choices, and `{written.name}` is {of}", written.span))
        return None
    return written.name, values


def _domain(written: Any, column: tuple[str, Type], named: syntax.Identifier, scope: Scope, things: list[Thing]) -> Any:
    """Return the values that are counted in JSON, None after reporting what is wrong with them."""
    name, of = column
    if written is None:
        own = {"bool": [False, True], "choice": list(of.options)}.get(of.kind)
        if own is None:
            scope.report(error("missing-setting", "`domain` is missing: which values are there may not be learned from the private text", named.span, help=f"add `domain = [...]` with the values of `{name}` that are counted, or a column of public rows"))
        return None if own is None else {"list": own}
    found = slot(written, scope, things, "a domain")
    if found is None:
        return None
    domain, type_ = found
    type_ = type_.content
    if not (accepts(of, type_) or (of.kind == "choice" and type_.kind == "text")):
        scope.report(error("wrong-type", f"`{name}` is {of}, and this domain has {type_}", written.span))
        return None
    return domain if _sensible(domain, of, written, scope) else None


def _sensible(domain: Any, of: Type, written: syntax.Expression, scope: Scope) -> bool:
    """Refuse a value that stands twice, one that a choice cannot have, and ranges that nobody meant."""
    values = domain.get("list", [])
    again = next((value for index, value in enumerate(values) if value in values[:index]), None)
    if again is not None:
        scope.report(error("wrong-value", f"`{again}` stands twice in this domain", written.span))
    elif of.kind == "choice" and (strange := [value for value in values if value not in of.options]):
        scope.report(error("wrong-value", f"`{strange[0]}` is no option of {of}", written.span))
    elif "range" in domain and domain["range"][1] - domain["range"][0] >= MOST:
        scope.report(error("wrong-value", f"a domain has at most {MOST:,} whole numbers", written.span, help="count coarser numbers, made with `let`"))
    else:
        return True
    return False


def _flow_of(things: list[Thing], settings: Histogram, scope: Scope) -> Flow | None:
    """Return what the domain says by itself, None after refusing private text in it."""
    flow = join(*(thing.flow.through(settings.domain.span, f"`{thing.name}` fills the domain here") for thing in things))
    if flow.label is Privacy.PRIVATE:
        scope.report(private_flow(flow, settings.domain.span, "the domain of a measure", "state the values, or take them from public rows: which values people have is what is measured"))
        return None
    return flow if things else PUBLIC
