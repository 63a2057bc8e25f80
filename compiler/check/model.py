"""`model keyboard = lstm(keys) { ... }`."""

from __future__ import annotations

from synthc.compiler.catalog.models.lstm import Lstm
from synthc.compiler.check.references import call, named
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import settings_of
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error

MODELS = {"lstm": Lstm}


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the architecture, untrained."""
    made = call(declared, tuple(MODELS), scope)
    if made is None:
        return None
    kind = made.function.span.text
    settings = settings_of(MODELS[kind], declared, scope)
    if len(made.arguments) != 1:
        scope.report(error("wrong-value", f"`{kind}` takes a vocabulary: `{kind}(VOCAB)`", made.span))
        return None
    vocab = named(made.arguments[0].value, ("vocab",), scope, made.span)
    if settings is None or vocab is None:
        return None
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="model",
        kind="model",
        span=declared.name.span,
        flow=vocab.flow,
        licences=vocab.licences,
        settings={"kind": kind, "vocab": {"node": vocab.name}, **settings.model_dump()},
        inputs=(vocab.name,),
    )
