"""How the many small classes of the syntax are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

C = TypeVar("C")


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def piece(cls: type[C]) -> type[C]:
    """Make a dataclass that a type checker holds frozen, without generated `__eq__` and `__repr__`.

    Python's own way to freeze costs a parse a seventh of its time, and the two methods cost a start a tenth of its.
    """
    return dataclass(slots=True, kw_only=True, eq=False, repr=False)(cls)
