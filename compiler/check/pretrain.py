"""`pretrain warm = keyboard on corpus { words = 20M, seeds = 3 }`."""

from __future__ import annotations

from synthc.compiler.catalog.trainers.pretrain import Pretrain
from synthc.compiler.check.references import behind, named, text_column
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import join, private_flow
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import settings_of
from synthc.dsl import syntax


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the trained model; it starts fresh or from another pre-trained one."""
    name, span = declared.name.name, declared.name.span
    settings = settings_of(Pretrain, declared, scope)
    model = named(declared.value, ("model", "trained"), scope, span)
    rows = behind(declared, "on", scope)
    if settings is None or model is None or rows is None or not text_column(rows, settings.column, scope, span):
        return None
    flow = join(
        model.flow.through(span, f"`{name}` starts from `{model.name}` here"),
        rows.flow.through(span, f"`{name}` is trained on `{rows.name}` here"),
    )
    if flow.label is Privacy.PRIVATE:
        scope.report(private_flow(flow, span, "a pre-training", "tune on private text with `federate ... { dp = gaussian(...) }`"))
        return None
    return Thing(
        name=scope.prefix + name,
        thing="trained",
        kind="pretrain",
        span=span,
        flow=flow,
        licences=rows.licences | model.licences,
        settings={"model": {"node": model.name}, "rows": {"node": rows.name}, **settings.model_dump()},
        inputs=(model.name, rows.name),
    )
