"""`federate tuned = warm over users { ... }`: tuning on devices under user-level DP."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.trainers.federate import Federate
from synthc.compiler.check import search as searching
from synthc.compiler.check.absence import fits
from synthc.compiler.check.budget import budget_of
from synthc.compiler.check.mechanism import mechanism
from synthc.compiler.check.promise import people_of
from synthc.compiler.check.references import named, text_column
from synthc.compiler.check.release import rows_of_train
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import Flow, join, private_flow
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import like, settings_of
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the tuned model, with the label of its mechanism."""
    span = declared.name.span
    if not _says_dp(declared, scope):
        scope.report(error("missing-dp", f"`{declared.name.name}` tunes on private text without saying under which mechanism", span, help="write `dp = gaussian(clip = 0.3, epsilon = 4)`; `dp = none` makes the model itself private"))
        return None
    settings = settings_of(Federate, declared, scope)
    model = named(declared.value, ("trained",), scope, span)
    users = rows_of_train(declared, scope)
    if settings is None or model is None or users is None or not text_column(users, settings.column, scope, span):
        return None
    source = users.origin or users
    if source.kind != "source" or source.settings["visibility"] != "private":
        scope.report(error("wrong-kind", f"a federation tunes over private users, and `{users.name}` is public", span, help="use `pretrain ... on` for public text"))
        return None
    if not searching.together(declared, settings, scope):
        return None
    dp = mechanism(declared, settings, source, scope) if settings.dp is not None else None
    if not fits(declared, settings, scope) or (settings.dp is not None and dp is None):
        return None
    searched: dict[str, Any] | None = {}
    if dp is not None and settings.search is not None:
        searched = searching.search(declared, settings, dp, source, scope)
    if searched is None:
        return None
    flow = _flow(declared, model, users, source, scope, private=dp is None)
    if flow is None:
        return None
    values = settings.model_dump(exclude={"dp", "local", "server", "search", "choose"})
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="trained",
        kind="federate",
        span=span,
        value=model.value,
        flow=flow,
        origin=source,
        licences=model.licences,
        settings={
            "model": {"node": model.name},
            "users": {"node": users.name},
            **values,
            "part": "train",
            "local": searching.called(settings.local),
            "server": searching.called(settings.server),
            "dp": dp,
            **searched,
            **people_of(source),
            "budget": read.model_dump() if (read := budget_of(source, scope)) else None,
        },
        inputs=(model.name, users.name),
    )


def _says_dp(declared: syntax.Declaration, scope: Scope) -> bool:
    own = declared.settings.entries if declared.settings else ()
    inherited = like(declared, scope)
    return inherited is None or any(entry.name.name == "dp" for entry in (*own, *(entry for entry, _ in inherited)))


def _flow(declared: syntax.Declaration, model: Thing, users: Thing, source: Thing, scope: Scope, *, private: bool) -> Flow | None:
    span, name = declared.name.span, declared.name.name
    if private:
        return users.flow.through(span, f"`{name}` is tuned here with `dp = none`, so it stays private")
    if model.flow.label is Privacy.PRIVATE:
        start = model.flow.through(span, f"`{name}` starts from `{model.name}` here")
        scope.report(private_flow(start, span, "a federation as its start", "start from a model that was pre-trained on public text or tuned under DP"))
        return None
    label = Privacy.SIMULATED if source.settings["simulate"] else Privacy.DP
    tuned = users.flow.relabelled(label, span, f"`{name}` is tuned over `{users.name}` here", name)
    return join(tuned, model.flow.through(span, f"`{name}` starts from `{model.name}` here"))
