"""`model keyboard = lstm(keys) { ... }`."""

from __future__ import annotations

from synthc.compiler.catalog.model import MODELS
from synthc.compiler.check.references import call, named
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import settings_of
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the architecture, untrained."""
    written = declared.value.function.span.text if isinstance(declared.value, syntax.Call) else ""
    made = call(declared, MODELS.possible(written), scope)
    entry = MODELS.find(written) if made is not None else None
    if made is None or entry is None:
        return None
    settings = settings_of(entry.settings, declared, scope)
    if len(made.arguments) != 1:
        scope.report(error("wrong-value", f"`{written}` takes a vocabulary: `{written}(VOCAB)`", made.span))
        return None
    vocab = named(made.arguments[0].value, ("vocab",), scope, made.span)
    if settings is None or vocab is None:
        return None
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="model",
        kind="model",
        span=declared.name.span,
        value=written,
        flow=vocab.flow.through(declared.name.span, f"`{declared.name.name}` is made for the words of `{vocab.name}` here"),
        licences=vocab.licences,
        settings={"kind": written, "vocab": {"node": vocab.name}, **settings.model_dump()},
        inputs=(vocab.name,),
    )
