"""The kinds of values that settings take; each says in words what it wants."""

from __future__ import annotations

from types import NoneType
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from synthc.compiler.constant import Duration, Keys, Share, Written


class Unit(str):
    """Marks a setting with what its number counts."""

    __slots__ = ()


class Said(str):
    """Marks a setting with what it takes, in words, where its type does not tell."""

    __slots__ = ()


class Settings(BaseModel):
    """What every block of settings has in common: nothing unknown, nothing changed later."""

    # Built when first used: a spec uses half of them, and starting is a feature.
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)


def _no_share(value: Any) -> Any:
    if isinstance(value, bool | Share | Duration) or not isinstance(value, int | float):
        raise ValueError("wants a number")
    return value


def _whole(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("wants a whole number")
    return value


def _share(value: Any) -> Any:
    if not isinstance(value, Share):
        raise ValueError("wants a share such as 20%")
    return float(value)


def _seconds(value: Any) -> Any:
    if not isinstance(value, Duration):
        raise ValueError("wants a duration such as 60s")
    return float(value)


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("wants a text in quotes")
    return value


def _yes_no(value: Any) -> Any:
    if not isinstance(value, bool):
        raise ValueError("wants true or false")
    return value


def _keys(value: Any) -> Any:
    if not isinstance(value, Keys):
        raise ValueError("wants a place in the record, such as .user_id")
    return list(value.keys)


def _written(value: Any) -> Any:
    assert isinstance(value, Written)
    return value.syntax


Number = Annotated[float, BeforeValidator(_no_share)]
Positive = Annotated[float, BeforeValidator(_no_share), Field(gt=0)]
Fraction = Annotated[float, BeforeValidator(_no_share), Field(gt=0, le=1)]
Momentum = Annotated[float, BeforeValidator(_no_share), Field(ge=0, lt=1)]
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=1)]
Tokens = Annotated[Count, Unit("tokens")]
TargetWords = Annotated[Count, Unit("words")]
Users = Annotated[Count, Unit("users")]
Percent = Annotated[float, BeforeValidator(_share), Field(ge=0, le=1)]
Seconds = Annotated[float, BeforeValidator(_seconds), Field(gt=0)]
Words = Annotated[str, BeforeValidator(_text)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Place = Annotated[list[str], BeforeValidator(_keys)]
Expression = Annotated[Any, BeforeValidator(_written), "written"]


class Makers:
    """Marks a setting whose value is made by a call: which names, and the settings of each.

    `others` are the types of what else it may be.
    """

    def __init__(self, *others: type, **models: type[BaseModel]) -> None:
        """Take the settings model of each call, by its name."""
        self.others, self.models = others, models

    def __str__(self) -> str:
        """Return what may be written."""
        nothing = ["`none`"] if NoneType in self.others else []
        return " or ".join([*(f"`{name}(...)`" for name in self.models), *nothing])
