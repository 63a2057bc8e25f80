"""Where names are looked up: one module of the program, and the findings it gathers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthc.compiler.suggest import guess
from synthc.compiler.wording import wanted
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, error
from synthc.dsl.source import Span

if TYPE_CHECKING:
    from synthc.compiler.load import Loaded
    from synthc.compiler.program import Program

Declared = syntax.Declaration | syntax.Prompt


@dataclass(slots=True, kw_only=True)
class Scope:
    """The names one module sees. `report` gathers findings; nothing is raised or printed."""

    module: Loaded
    names: Mapping[str, Declared]
    program: Program

    def report(self, *found: Diagnostic) -> None:
        """Add findings to those of the program."""
        self.program.diagnostics.extend(found)

    def find(self, reference: syntax.Name | syntax.Field) -> tuple[Scope, Declared] | None:
        """Return the declaration that a name or `module.name` stands for, with the scope it lives in."""
        if isinstance(reference, syntax.Name):
            declared = self.names.get(reference.name)
            return (self, declared) if declared is not None else None
        if isinstance(reference.of, syntax.Name) and reference.of.name in self.module.imports:
            there = self.program.scope(self.module.imports[reference.of.name])
            declared = there.names.get(reference.name.name)
            return (there, declared) if declared is not None else None
        return None

    def must_find(self, reference: syntax.Expression, what: str) -> tuple[Scope, Declared] | None:
        """Like `find`, but a name that stands for nothing is reported, as is anything that is no name."""
        if not isinstance(reference, syntax.Name | syntax.Field):
            self.report(error("wrong-value", f"{wanted(what)}, by its name", reference.span))
            return None
        found = self.find(reference)
        if found is None:
            self.unknown(reference, what)
        return found

    def unknown(self, reference: syntax.Name | syntax.Field, what: str) -> None:
        """Report a name that stands for nothing, unless what declares it has been reported."""
        if self.lost(reference):
            return
        if isinstance(reference, syntax.Name) and reference.name in self.module.imports:
            self.report(error("wrong-kind", f"{wanted(what)}, and `{reference.name}` is a module", reference.span, help=f"write `{reference.name}.NAME`"))
            return
        if isinstance(reference, syntax.Name):
            word, span, candidates = reference.name, reference.span, set(self.names) | set(self.module.imports)
        else:
            word, span, candidates = reference.name.name, reference.name.span, self._members(reference.of)
        help_, fix = guess(word, candidates, span)
        self.report(error("unknown-name", f"{wanted(what)}, and nothing is called `{reference.span.text}`", span, help=help_, fix=fix))

    def lost(self, reference: syntax.Expression) -> bool:
        """Whether a name belongs to an item or an import that could not be read."""
        while isinstance(reference, syntax.Field):
            reference = reference.of
        broken = {name.name for name in self.module.syntax.broken}
        return isinstance(reference, syntax.Name) and reference.name in broken | self.module.lost

    def all_once(self, names: Iterable[tuple[str, Span]], what: str) -> bool:
        """Report what is given a second time."""
        seen: dict[str, Span] = {}
        good = True
        for name, span in names:
            if name in seen:
                label = Label(span=seen[name], text="first given here")
                self.report(error("repeated-name", f"{what} `{name}` is given twice", span, labels=(label,), help="remove one of them"))
                good = False
            seen.setdefault(name, span)
        return good

    def _members(self, of: syntax.Expression) -> set[str]:
        if isinstance(of, syntax.Name) and of.name in self.module.imports:
            return set(self.program.scope(self.module.imports[of.name]).names)
        return set()

    def unnamed(self, call: syntax.Call) -> bool:
        """Report arguments that are given by a name where they have none."""
        named = [argument for argument in call.arguments if argument.name is not None]
        for argument in named:
            message = f"`{call.function.span.text}` takes its arguments without names"
            self.report(error("wrong-value", message, argument.span, help=f"write `{argument.value.span.text}`"))
        return not named

    @property
    def prefix(self) -> str:
        """What stands before names of this module in the graph: empty for the spec itself."""
        return self.module.prefix
