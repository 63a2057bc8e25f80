"""`search = [{ ... }, { ... }]` of a federation: settings among which the people's own text chooses, charged for all tries."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from synthc.compiler.catalog.trainers.federate import Federate
from synthc.compiler.constant import Made
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.graph.accounting import epsilon
from synthc.compiler.graph.answers import NotYet
from synthc.compiler.graph.spending import event, solved
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import make, setting_span
from synthc.compiler.suggest import guess
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error

SEARCHED = ("local", "server")
"""What candidates may differ in: all of them spend the same, or the best of them would spend what nobody counted."""


def together(declared: syntax.Declaration, settings: Federate, scope: Scope) -> bool:
    """Tell whether `search` and `choose` go together, and with the mechanism, after reporting that they do not."""
    name = declared.name.name
    if (settings.search is None) != (settings.choose is None):
        there, missing = ("search", "choose") if settings.choose is None else ("choose", "search")
        mend = 'add `choose = best(part = "tune", tries = 5, noise = 30)`' if missing == "choose" else "add `search = [{ local = sgd(0.3) }, { local = sgd(1.0) }]`, or remove it"
        scope.report(error("missing-setting" if missing == "choose" else "useless-setting", f"`{name}` has `{there}` and no `{missing}`", setting_span(declared, there), help=mend))
        return False
    if settings.search is not None and getattr(settings.dp, "called", None) != "gaussian":
        scope.report(error("wrong-value", "a search is accounted for federations under `gaussian(...)` alone", setting_span(declared, "dp"), help="search under `gaussian`, or leave `search` out"))
        return False
    return True


def search(declared: syntax.Declaration, settings: Federate, dp: dict[str, Any], source: Thing, scope: Scope) -> dict[str, Any] | None:
    """Return what a search puts in place of a federation's own rounds and mechanism, None after a report.

    A whole search is one round of its node: it is charged whole before the first try, and how many tries
    there are is a secret.
    """
    candidates = _candidates(settings.search, settings, scope)
    part = _part(settings.choose.part, declared, source, scope)
    if candidates is None or part is None:
        return None
    whole = {**dp, "mechanism": "search", "rounds": settings.rounds, "score": settings.choose.noise, "tries": settings.choose.tries}
    if dp["asked"] == "noise":
        try:
            whole["epsilon"] = epsilon([event(solved(whole, 1), 1)], dp["delta"])
        except NotYet:
            whole["epsilon"] = math.nan
    return {"rounds": 1, "dp": whole, "search": {"candidates": candidates, "part": part}}


def _candidates(written: syntax.Expression, settings: Federate, scope: Scope) -> list[dict[str, Any]] | None:
    items: Sequence[Any] = written.items if isinstance(written, syntax.ListOf) else ()
    if len(items) < 2 or not all(isinstance(item, syntax.Record) for item in items):
        scope.report(error("wrong-value", "a search is a list of two records or more, each with the settings that it tries", written.span, help="write `search = [{ local = sgd(0.3) }, { local = sgd(1.0) }]`"))
        return None
    found = []
    for item in items:
        try:
            found.append({"local": called(settings.local), "server": called(settings.server), **_candidate(item, scope)})
        except NotConstant:
            return None
    again = next((i for i, one in enumerate(found) if one in found[:i]), None)
    if again is not None:
        scope.report(error("wrong-value", "two candidates of this search are the same", items[again].span, help="remove one of them"))
        return None
    return found


def _candidate(written: syntax.Record, scope: Scope) -> dict[str, Any]:
    """Return the settings of one candidate.

    Raises:
        NotConstant: something is wrong with them, which has been reported.
    """
    if not scope.all_once([(field.name.name, field.span) for field in written.fields], "the setting"):
        raise NotConstant
    found = {}
    for field in written.fields:
        name = field.name.name
        if name not in SEARCHED:
            help_, fix = guess(name, SEARCHED, field.name.span)
            other = "the rounds, the cohort and the mechanism are the same in all tries, as all spend the same" if name in Federate.model_fields else "they are `local` and `server`"
            scope.report(error("unknown-setting", f"`{name}` is none of the settings that a search tries", field.name.span, help=help_ or other, fix=fix))
            raise NotConstant
        makers = next(mark for mark in Federate.model_fields[name].metadata if hasattr(mark, "models"))
        value = Constants(scope=scope).evaluate(field.value)
        if not isinstance(value, Made):
            scope.report(error("wrong-value", f"`{name}` wants {makers}", field.value.span))
            raise NotConstant
        found[name] = called(make(makers, value, scope))
    return found


def called(made: Any) -> dict[str, Any]:
    """Return a device's or a server's optimiser as a node has it: the call that made it, and its settings."""
    marks = (mark for field in SEARCHED for mark in Federate.model_fields[field].metadata if hasattr(mark, "models"))
    kind = next(str(name) for mark in marks for name, model in mark.models.items() if type(made) is model)
    return {"kind": kind, **made.model_dump()}


def _part(part: str, declared: syntax.Declaration, source: Thing, scope: Scope) -> str | None:
    split = source.settings["split"]
    parts = [name for name in (split["parts"] if split else ()) if name != "train"]
    if part in parts:
        return part
    known = "its parts are " + ", ".join(f"`{name}`" for name in parts) if parts else "add `split = { tune = 10% }` to the source"
    why = "those who train do not judge as well" if part == "train" else f"`{source.name}` has no part `{part}`"
    scope.report(error("unknown-part", f"{why}: tries are scored by people who are held out", setting_span(declared, "choose"), help=known))
    return None
