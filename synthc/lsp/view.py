"""What is known of one file at one moment: all that a feature looks at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from synthc.compiler.load import STD
from synthc.compiler.program import Program, Thing
from synthc.compiler.scope import Declared, Scope
from synthc.compiler.session import Analysis
from synthc.dsl import syntax
from synthc.dsl.items import Cut, cut
from synthc.dsl.source import Source
from synthc.lsp.estimate import Estimates, estimates
from synthc.lsp.outline import Outlined, outline

STANDARD = "<std>/"


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """A spec with its text and its analysis; `project` is the folder that shown paths count from.

    `made_up` are the params that nobody gave a value; they have one here, which is no promise. A `draft`
    has a newer text than the analysis: what stands around the cursor is as it is, what is known of other items as it was.
    """

    path: Path
    project: Path
    source: Source
    analysis: Analysis
    made_up: frozenset[str] = frozenset()
    draft: bool = False

    @property
    def program(self) -> Program | None:
        """The program; None where the file cannot be read."""
        return self.analysis.program

    @cached_property
    def scope(self) -> Scope | None:
        """The names that this file sees."""
        program = self.program
        return None if program is None else program.scope(program.main)

    @cached_property
    def items(self) -> tuple[syntax.AnyItem, ...]:
        """The items that parse; none in a draft."""
        return () if self.scope is None or self.draft else self.scope.module.syntax.items

    @cached_property
    def cuts(self) -> tuple[Cut, ...]:
        """Where the items stand, those that don't parse too."""
        return cut(self.source) if self.scope is None or self.draft else tuple(_cut(piece) for piece in self.scope.module.syntax.pieces)

    @cached_property
    def outline(self) -> tuple[Outlined, ...]:
        """The items by their first words."""
        return tuple(outline(self.source, self.cuts))

    @cached_property
    def estimates(self) -> Estimates:
        """How many rows there may be."""
        return estimates(self.program.all_things() if self.program is not None and not self.made_up else (), self.project)

    def cut_at(self, offset: int) -> Cut | None:
        """Return the item that a place belongs to; behind an item's last line it is still that one."""
        return next((place for place in reversed(self.cuts) if place.start <= offset), None)

    def item_at(self, offset: int) -> syntax.AnyItem | None:
        """Return the item at a place, if it parses."""
        place = self.cut_at(offset)
        return None if place is None else next((item for item in self.items if item.span.start == place.head), None)

    def thing(self, scope: Scope, declared: Declared) -> Thing | None:
        """Return what a declaration turned out to be."""
        return None if self.program is None else self.program.thing(scope, declared)

    def file(self, source: Source) -> Path:
        """Return where a source of this analysis lies."""
        return place_of(source.path, self.project)


def _cut(piece: syntax.Piece) -> Cut:
    return Cut(start=piece.source.base, head=piece.first.start, end=piece.source.base + len(piece.text))


@lru_cache(maxsize=4096)
def place_of(shown: str, project: Path) -> Path:
    """Return the file that is shown under a path."""
    return STD / shown.removeprefix(STANDARD) if shown.startswith(STANDARD) else (project / shown).resolve()
