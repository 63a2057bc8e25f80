"""Settings as people read them: what a setting takes, its default as it would be written, its unit and its help."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from synthc.compiler.catalog import values
from synthc.compiler.catalog.values import Makers, Said, Unit

KINDS: dict[Callable[..., Any], str] = {
    values._whole: "whole number",
    values._no_share: "number",
    values._share: "share",
    values._seconds: "duration",
    values._text: "text",
    values._yes_no: "`true` or `false`",
    values._keys: "place in the record",
}
BOUNDS = ((Ge, "ge", "from"), (Gt, "gt", "above"), (Le, "le", "to"), (Lt, "lt", "below"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A setting or argument; `default` is None where it has to be set, and empty where leaving it out says something of its own."""

    name: str
    takes: str
    default: str | None
    unit: str
    help: str


def described(model: type[BaseModel]) -> tuple[Described, ...]:
    """Return the settings of a model in their order.

    >>> from synthc.compiler.catalog.vocabs.word_vocab import WordVocab
    >>> [(setting.name, setting.takes, setting.default) for setting in described(WordVocab)][:3]
    [('size', 'whole number from 1', None), ('column', 'text', '"text"'), ('weigh', '`alike` or `size`', 'alike')]
    """
    return tuple(_setting(name, field) for name, field in model.model_fields.items())


def _setting(name: str, field: FieldInfo) -> Described:
    marks = tuple(_marks(field.annotation, field.metadata))
    unit = next((str(mark) for mark in marks if isinstance(mark, Unit)), "")
    default = None if field.is_required() else written(field.get_default(call_default_factory=True), marks)
    return Described(name=name, takes=_takes(field.annotation, marks), default=default, unit=unit, help=field.description or "")


def _marks(annotation: Any, metadata: Any) -> Iterator[Any]:
    """Yield what stands beside a type, also where it may be left out."""
    for mark in metadata:
        yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)
    if get_origin(annotation) is Annotated:
        yield from _marks(annotation.__origin__, annotation.__metadata__)
    elif get_origin(annotation) in {Union, UnionType}:
        for one in get_args(annotation):
            yield from _marks(one, ())


def _takes(annotation: Any, marks: tuple[Any, ...]) -> str:
    said = next((mark for mark in marks if isinstance(mark, Said | Makers)), None)
    if said is not None:
        return str(next((mark for mark in marks if isinstance(mark, Said)), said))
    words = _words(annotation)
    if words:
        several = get_origin(annotation) is list
        return ("list of " if several else "") + (", " if several else " or ").join(f"`{word}`" for word in words)
    kind = next((KINDS[m.func] for m in marks if isinstance(m, BeforeValidator) and m.func in KINDS), "number")
    if kind in {"share", "duration"}:
        return kind
    # A setting may narrow the bound of its kind, and stands behind it.
    said_last = [(word, key, [m for m in marks if isinstance(m, cls)][-1:]) for cls, key, word in BOUNDS]
    bounds = [f"{word} {getattr(m, key):g}" for word, key, last in said_last for m in last]
    return " ".join([kind, *bounds])


def _words(annotation: Any) -> tuple[str, ...]:
    """Return the words of a `Literal`, or of a list of them."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((words for one in get_args(annotation) if (words := _words(one))), ()) if get_origin(annotation) is not None else ()


def written(value: Any, marks: tuple[Any, ...] = ()) -> str:
    """Return a default as an author would write it."""
    functions = {mark.func for mark in marks if isinstance(mark, BeforeValidator)}
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, BaseModel):
        makers = next(mark.models for mark in marks if isinstance(mark, Makers))
        name = next(name for name, model in makers.items() if model is type(value))
        return f"{name}({', '.join(written(getattr(value, field)) for field in sorted(value.model_fields_set))})"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, str):
        return f'"{value}"' if values._text in functions else value
    return _number(value, functions)


def _number(value: float, functions: set[Any]) -> str:
    if values._share in functions:
        return f"{value * 100:g}%"
    if values._seconds in functions:
        return f"{value:g}s"
    return f"{value:g}" if isinstance(value, float) else str(value)
