"""Which settings may stand where: the catalog's models by what a block belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import BaseModel

from synthc.compiler.catalog.budgets import CallBudget, PeopleBudget
from synthc.compiler.catalog.find_step import find_step
from synthc.compiler.catalog.measures.histogram import Histogram
from synthc.compiler.catalog.metric import METRICS
from synthc.compiler.catalog.model import MODELS
from synthc.compiler.catalog.prompts import Prompt
from synthc.compiler.catalog.reader import SOURCES
from synthc.compiler.catalog.rows import Mix, Rows
from synthc.compiler.catalog.server import ENDPOINTS
from synthc.compiler.catalog.sources.source import By, PrivateSource, PublicSource
from synthc.compiler.catalog.step import StepEntry
from synthc.compiler.catalog.trainers.federate import Federate
from synthc.compiler.catalog.trainers.pretrain import Pretrain
from synthc.compiler.catalog.values import Makers
from synthc.compiler.check.vocab import VOCABS
from synthc.lsp.annotations import marks

Model = type[BaseModel]

LIKE = frozenset({"source", "pretrain", "federate", "evaluate", "endpoint", "model", "vocab", "mix", "filter", "transform", "generate", "measure"})
"""Kinds whose settings may be taken over with `like`."""

MADE_BY: Mapping[str, Mapping[str, Model | None]] = {
    "endpoint": {kind: entry.settings for kind in ENDPOINTS.built_in if (entry := ENDPOINTS.find(kind)) is not None},
    "model": {kind: found.settings for kind in MODELS.built_in if (found := MODELS.find(kind)) is not None},
    "vocab": dict(VOCABS),
    "measure": {"histogram": Histogram},
    "evaluate": {kind: metric.settings for kind in METRICS.built_in if (metric := METRICS.find(kind)) is not None},
    "source": {kind: source.settings for kind in SOURCES.built_in if (source := SOURCES.find(kind)) is not None},
    "generate": {"grid": None},
}
"""The calls that a declaration of a kind is made by, and the settings that choose themselves by it."""

_FIXED: Mapping[str, Model] = {
    "filter": Rows,
    "transform": Rows,
    "generate": Rows,
    "mix": Mix,
    "pretrain": Pretrain,
    "federate": Federate,
    "prompt": Prompt,
}


def step(verb: str) -> StepEntry | None:
    """Return a step of the catalog, also one of another package."""
    return find_step(verb)


def of_item(kind: str, visibility: str, made_by: str, about: Callable[[], str]) -> Model | None:
    """Return the settings of an item; `about` tells the kind of what a budget is about."""
    if kind == "budget":
        return CallBudget if about() == "endpoint" else PeopleBudget
    if kind == "source":
        return PrivateSource if visibility == "private" else PublicSource
    other = MODELS.find(made_by) if kind == "model" else ENDPOINTS.find(made_by) if kind == "endpoint" else METRICS.find(made_by) if kind == "evaluate" else None
    if other is not None:
        return other.settings
    made = MADE_BY.get(kind, {})
    if kind in {"endpoint", "model", "vocab", "measure", "evaluate"}:
        return made.get(made_by) or next(iter(made.values()))
    return _FIXED.get(kind)


def of_call(model: Model, setting: str, name: str) -> Model | None:
    """Return the arguments of a call that makes the value of a setting, such as `sgd(...)`."""
    field = model.model_fields.get(setting)
    makers = next((mark for mark in marks(field) if isinstance(mark, Makers)), None) if field is not None else None
    return makers.models.get(name) if makers is not None else None


def of_source_call(name: str) -> Model | None:
    """Return the arguments of what a source reads, or of `by(...)`."""
    found = SOURCES.find(name)
    return By if name == "by" else found.settings if found is not None else None
