"""`pretrain warm = keyboard on corpus { words = 20M, seeds = 3 }`."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.model import MODELS
from synthc.compiler.catalog.trainers.pretrain import Pretrain
from synthc.compiler.check.references import behind, named, text_column
from synthc.compiler.constant import Share
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import Flow, join, private_flow
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import setting_span, settings_of
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error

MOST = 0.5
"""The largest share of its rows that a training may keep for looking at."""


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the trained model; it starts fresh or from another pre-trained one."""
    name, span = declared.name.name, declared.name.span
    settings = settings_of(Pretrain, declared, scope)
    model = named(declared.value, ("model", "trained"), scope, span)
    rows = behind(declared, "on", scope)
    if settings is None or model is None or rows is None or not text_column(rows, settings.column, scope, span):
        return None
    looked = _validation(declared, settings, rows, scope)
    if looked is None or not _compiles(declared, settings, model, scope):
        return None
    others = [looked] if isinstance(looked, Thing) else []
    flow = join(
        model.flow.through(span, f"`{name}` starts from `{model.name}` here"),
        rows.flow.through(span, f"`{name}` is trained on `{rows.name}` here"),
        *(_looked_at(each, declared) for each in others),
    )
    if flow.label is Privacy.PRIVATE:
        scope.report(private_flow(flow, span, "a pre-training", "tune on private text with `federate ... { dp = gaussian(...) }`"))
        return None
    return Thing(
        name=scope.prefix + name,
        thing="trained",
        kind="pretrain",
        span=span,
        value=model.value,
        flow=flow,
        licences=rows.licences | model.licences,
        settings={
            "model": {"node": model.name},
            "rows": {"node": rows.name},
            **settings.model_dump(exclude={"validation", "softmax"}),
            "softmax": settings.softmax.model_dump() if settings.softmax else None,
            "validation": {"node": looked.name} if isinstance(looked, Thing) else looked or None,
        },
        inputs=(model.name, rows.name, *(each.name for each in others)),
    )


def _compiles(declared: syntax.Declaration, settings: Pretrain, model: Thing, scope: Scope) -> bool:
    """Report a compilation that has nothing to compile."""
    entry = MODELS.find(model.value)
    if not settings.compile or entry is None or entry.compiles:
        return True
    message = f"`compile` has no effect on `{model.value}(...)`, whose layers torch carries out as they are"
    scope.report(error("useless-setting", message, setting_span(declared, "compile"), help="leave it out"))
    return False


def _looked_at(rows: Thing, declared: syntax.Declaration) -> Flow:
    return rows.flow.through(setting_span(declared, "validation"), f"`{declared.name.name}` is judged on `{rows.name}` while it is trained")


def _validation(declared: syntax.Declaration, settings: Pretrain, rows: Thing, scope: Scope) -> Thing | dict[str, Any] | None:
    """Return the rows that a training is judged on, or the share of its own, nothing if there is neither; None after a mistake."""
    written = settings.validation
    at = setting_span(declared, "validation")
    if written is None:
        return {} if _needless(declared, settings, scope) else None
    found = scope.find(written) if isinstance(written, syntax.Name | syntax.Field) else None
    thing = scope.program.thing(*found) if found else None
    if found and thing is None:
        return None
    if thing is not None and thing.thing == "rows":
        if thing.name == rows.name:
            scope.report(error("wrong-value", f"`validation` is text that is not learned, and `{rows.name}` is what is learned", at, help="say a share of it, such as `validation = 2%`"))
            return None
        return thing if text_column(thing, settings.column, scope, at) else None
    try:
        value = Constants(scope=scope).evaluate(written)
    except NotConstant:
        return None
    if not isinstance(value, Share) or not 0 < value <= MOST:
        scope.report(error("wrong-value", "`validation` wants rows, or a share of those that it is trained on, at most 50%", at))
        return None
    return {"share": float(value)}


def _needless(declared: syntax.Declaration, settings: Pretrain, scope: Scope) -> bool:
    """Report settings that say how validation text is looked at where there is none; tell whether all is well."""
    given = [name for name in ("checks", "patience") if name in settings.model_fields_set]
    for name in given:
        scope.report(error("useless-setting", f"`{name}` has no effect without `validation`", setting_span(declared, name), help="say on which text the loss is looked at, such as `validation = 2%`"))
    return not given
