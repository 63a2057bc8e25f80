"""The door by which another package adds a kind of a thing: an entry point named after it; built-in ones use it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door(Generic[T]):
    """What may be named where: `built_in` ones by `module:ATTRIBUTE`, any other by an entry point of `group`.

    Each leads to an `of`. What was found is kept, as a spec names the same few things again and again.
    """

    group: str
    of: type[T]
    built_in: Mapping[str, str]
    _found: dict[str, T | None] = field(default_factory=dict)

    def find(self, name: str) -> T | None:
        """Return what a name leads to, None if nobody has one of that name."""
        if name not in self._found:
            self._found[name] = self._open(name)
        return self._found[name]

    def names(self) -> tuple[str, ...]:
        """Return all that may be named on this machine, built-in ones first."""
        return (*self.built_in, *sorted({one.name for one in entry_points(group=self.group)} - self.built_in.keys()))

    def possible(self, name: str) -> tuple[str, ...]:
        """Return all that may be named, to judge a name by; the built-in ones do where it is one of them, for looking for others takes time."""
        return tuple(self.built_in) if name in self.built_in else self.names()

    def forget(self) -> None:
        """Forget what was found, for packages that come and go."""
        self._found.clear()

    def _open(self, name: str) -> T | None:
        if name in self.built_in:
            module, attribute = self.built_in[name].split(":")
            entry = getattr(import_module(module), attribute)
        else:
            found = next(iter(entry_points(group=self.group, name=name)), None)
            if found is None:
                return None
            entry = found.load()
        assert isinstance(entry, self.of), f"the entry point `{name}` of {self.group} leads to no {self.of.__name__}"
        return entry
