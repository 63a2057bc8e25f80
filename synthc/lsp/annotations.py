"""The settings of a block as completion and hover need them: described in words, and the words and calls they take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from synthc.compiler.catalog.described import Described, described
from synthc.compiler.catalog.values import Makers


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of a block; `words` are the values it may have where these can be listed, `makers` the calls."""

    said: Described
    words: tuple[str, ...]
    makers: tuple[str, ...]
    doc: str
    several: bool

    @property
    def name(self) -> str:
        """Its name."""
        return self.said.name

    @property
    def wants(self) -> str:
        """What it takes, in words."""
        return self.said.takes

    @property
    def required(self) -> bool:
        """Whether it has to be set."""
        return self.said.default is None

    @property
    def left_out(self) -> str:
        """What it is if left out; empty where it has to be set, or where leaving it out says something of its own."""
        return self.said.default or ""

    @property
    def brief(self) -> str:
        """What it takes and what it is if left out, in one line."""
        tail = "required" if self.required else f"default {self.left_out}" if self.left_out else "optional"
        return f"{self.wants}; {tail}"


@cache
def settings(model: type[BaseModel]) -> tuple[Setting, ...]:
    """Return all settings of a block."""
    return tuple(_setting(model, one) for one in described(model))


def setting(model: type[BaseModel], name: str) -> Setting:
    """Return one setting of a block."""
    return next(one for one in settings(model) if one.name == name)


def marks(field: FieldInfo) -> Iterator[Any]:
    """Yield what an annotation is marked with, inside of unions too; a `Literal` as the tuple of its words."""
    yield from field.metadata
    yield from _marks(field.annotation)


def _setting(model: type[BaseModel], said: Described) -> Setting:
    field = model.model_fields[said.name]
    found = list(marks(field))
    makers = next((mark for mark in found if isinstance(mark, Makers)), None)
    return Setting(
        said=said,
        words=tuple(word for mark in found if isinstance(mark, tuple) for word in mark),
        makers=tuple(makers.models) if makers is not None else (),
        doc=cleandoc(said.help or model.__doc__ or ""),
        several=get_origin(field.annotation) is list,
    )


def _marks(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        for mark in annotation.__metadata__:
            yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)
        yield from _marks(get_args(annotation)[0])
    elif origin is Literal:
        yield get_args(annotation)
    elif origin in {Union, UnionType, list}:
        for inner in get_args(annotation):
            if inner is not NoneType:
                yield from _marks(inner)
    elif annotation is bool:
        yield ("true", "false")
