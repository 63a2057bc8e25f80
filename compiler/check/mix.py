"""`mix corpus = 60% typed + 40% spoken`: rows by shares of words."""

from __future__ import annotations

from synthc.compiler.catalog.rows import Mix
from synthc.compiler.check.references import named, text_column
from synthc.compiler.constant import Share
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import join, private_flow
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import settings_of
from synthc.compiler.types import TEXT
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the rows of the mixture: common columns and `origin`."""
    if not isinstance(declared.value, syntax.WeightedSum):
        scope.report(error("wrong-value", "a mix is a sum of shares, such as `60% typed + 40% spoken`", (declared.value or declared.name).span))
        return None
    settings = settings_of(Mix, declared, scope)
    if not scope.all_once([(term.value.span.text, term.value.span) for term in declared.value.terms], "the part"):
        return None
    parts: list[tuple[Thing, float]] = []
    for term in declared.value.terms:
        thing = named(term.value, ("rows",), scope, term.span)
        try:
            share = Constants(scope=scope).evaluate(term.share)
        except NotConstant:
            return None
        if not isinstance(share, Share) or share <= 0:
            scope.report(error("wrong-value", "a part has a share such as 60%", term.share.span))
            return None
        if thing is None or not text_column(thing, "text", scope, term.value.span, "make one with `let text = ...`"):
            return None
        parts.append((thing, float(share)))
    total = sum(share for _, share in parts)
    if abs(total - 1) > 1e-9:
        scope.report(error("wrong-sum", f"the shares of a mix make 100%, and these make {total:.4%}".replace(".0000%", "%"), declared.value.span))
        return None
    flow = join(*(thing.flow.through(declared.value.span, f"`{thing.name}` is a part of `{declared.name.name}`") for thing, _ in parts))
    if flow.label is Privacy.PRIVATE:
        scope.report(private_flow(flow, declared.value.span, "a mix", "mix public text; private text is reached by `federate` and `measure` alone"))
        return None
    if settings is None:
        return None
    first, *others = (thing for thing, _ in parts)
    common = {n: t for n, t in first.columns.items() if all(o.columns.get(n) == t for o in others)}
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="rows",
        kind="mix",
        span=declared.name.span,
        flow=flow,
        columns={**common, "origin": TEXT},
        kept=frozenset(name for thing, _ in parts for name in thing.kept) & common.keys(),
        licences=frozenset().union(*(thing.licences for thing, _ in parts)),
        settings={"parts": [{"of": {"node": t.name}, "name": t.name, "share": s} for t, s in parts], "words": settings.words},
        inputs=tuple(thing.name for thing, _ in parts),
    )
