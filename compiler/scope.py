"""Where names are looked up: one module of the program, and the findings it gathers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from synthc.compiler.load import snake
from synthc.compiler.suggest import guess
from synthc.compiler.wording import wanted
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, error
from synthc.dsl.source import Span

if TYPE_CHECKING:
    from synthc.compiler.load import Loaded
    from synthc.compiler.program import Program

Declared = syntax.Declaration | syntax.Prompt
FOREIGN = {
    **dict.fromkeys(("null", "None", "nil", "undefined", "NULL", "NaN"), "there is no null: a row with something missing is set aside, and `.field else \"...\"` of a source gives a default"),
    **dict.fromkeys(("True", "yes"), "write `true`"),
    **dict.fromkeys(("False", "no"), "write `false`"),
}
"""What other languages have words for."""
INDENTED = re.compile(r"^[ \t]+(?:(?:public|private)[ \t]+)?[A-Za-z_]\w*[ \t]+([A-Za-z_]\w*)[ \t]*[=(:]", re.MULTILINE)
"""What would declare a name in column 1, and so belongs to the item above."""


class Names(Mapping[str, Declared]):
    """The names that a module declares; whoever looks one up depends on it."""

    def __init__(self, module: Loaded, program: Program) -> None:
        """Take the module, and the program that remembers what was looked up."""
        self.module, self.program = module, program

    def __getitem__(self, name: str) -> Declared:
        found: Declared | None = self.program.look(_declared, self.module, name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return self.program.look(_declared, self.module, name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.program.look(_all_names, self.module))

    def __len__(self) -> int:
        return len(self.program.look(_all_names, self.module))


def _declared(_: Program, module: Loaded, name: str) -> Declared | None:
    return module.names.get(name)


def _all_names(_: Program, module: Loaded) -> tuple[str, ...]:
    return tuple(module.names)


def _imported(_: Program, module: Loaded, alias: str) -> Loaded | None:
    return module.imports.get(alias)


def _all_imports(_: Program, module: Loaded) -> tuple[str, ...]:
    return tuple(module.imports)


def _lost(_: Program, module: Loaded) -> frozenset[str]:
    return _not_read(module.syntax) | module.lost


@lru_cache(maxsize=16)
def _not_read(module: syntax.Module) -> frozenset[str]:
    """Return the names that items seem to declare which cannot be read, are spelled wrong, or have kind and name the wrong way round."""
    from synthc.compiler.program import CHECKERS

    declared = (item for item in module.items if isinstance(item, syntax.Declaration))
    swapped = (item.kind.name for item in declared if item.name.name in CHECKERS and item.kind.name not in CHECKERS)
    spelled = (snake(item.name.name) for item in module.items if isinstance(item, syntax.Declaration | syntax.Prompt))
    inside = (name for piece in module.pieces if piece.item is None for name in INDENTED.findall(piece.text))
    known = {item.name.name for item in module.items if isinstance(item, syntax.Declaration | syntax.Prompt)}
    return frozenset({*(name.name for name in module.broken), *swapped, *inside, *spelled} - known)


@dataclass(slots=True, kw_only=True)
class Scope:
    """The names one module sees. `report` gathers findings; nothing is raised or printed.

    `prefix` is what stands before names of this module in the graph: nothing for the spec itself.
    """

    module: Loaded
    program: Program
    prefix: str = ""
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        self.names = Names(self.module, self.program)

    def report(self, *found: Diagnostic) -> None:
        """Add findings to those of the item that is being checked."""
        self.program.diagnostics.extend(found)

    def imported(self, alias: str) -> Scope | None:
        """Return the scope of an imported module."""
        module = self.program.look(_imported, self.module, alias)
        return None if module is None else self.program.scope(module)

    @property
    def aliases(self) -> tuple[str, ...]:
        """The names of the imported modules."""
        found: tuple[str, ...] = self.program.look(_all_imports, self.module)
        return found

    def find(self, reference: syntax.Name | syntax.Field) -> tuple[Scope, Declared] | None:
        """Return the declaration that a name or `module.name` stands for, with the scope it lives in."""
        if isinstance(reference, syntax.Name):
            declared = self.names.get(reference.name)
            return (self, declared) if declared is not None else None
        there = self.imported(reference.of.name) if isinstance(reference.of, syntax.Name) else None
        declared = there.names.get(reference.name.name) if there is not None else None
        return (there, declared) if there is not None and declared is not None else None

    def must_find(self, reference: syntax.Expression, what: str) -> tuple[Scope, Declared] | None:
        """Like `find`, but a name that stands for nothing is reported, as is anything that is no name."""
        if not isinstance(reference, syntax.Name | syntax.Field):
            self.report(error("wrong-value", f"{wanted(what)}, by {'their' if what.startswith('rows') else 'its'} name", reference.span))
            return None
        found = self.find(reference)
        if found is None:
            self.unknown(reference, what)
        return found

    def unknown(self, reference: syntax.Name | syntax.Field, what: str) -> None:
        """Report a name that stands for nothing, unless what declares it has been reported."""
        if self.lost(reference):
            return
        if isinstance(reference, syntax.Name) and self.imported(reference.name):
            self.report(error("wrong-kind", f"{wanted(what)}, and `{reference.name}` is a module", reference.span, help=f"write `{reference.name}.NAME`"))
            return
        if isinstance(reference, syntax.Name):
            word, span, candidates = reference.name, reference.span, {*self.names, *self.aliases}
        elif self._of_rows(reference, what):
            return
        elif self._stranger(reference.of):
            self._unknown_module(reference)
            return
        else:
            word, span, candidates = reference.name.name, reference.name.span, self._members(reference.of)
        help_, fix = guess(word, candidates, span)
        help_ = FOREIGN.get(word, help_)
        fix = None if word in FOREIGN else fix
        if help_ is None and what == "a constant" and isinstance(reference, syntax.Name):
            help_ = f"a text stands in quotes: `\"{word}\"`"
        self.report(error("unknown-name", f"{wanted(what)}, and nothing is called `{reference.span.text}`", span, help=help_, fix=fix))

    def _of_rows(self, reference: syntax.Field, what: str) -> bool:
        """Report a column or a part of some rows where neither can stand; tell whether that, or what the rows are, has been reported."""
        found = self.find(reference.of) if isinstance(reference.of, syntax.Name | syntax.Field) else None
        thing = found and self.program.thing(*found)
        if found is None or (thing is not None and thing.thing != "rows"):
            return False
        name = reference.name.name
        parts = {"train", *((thing.settings.get("split") or {}).get("parts", ()))} if thing is not None and thing.kind == "source" else set()
        if thing is None:
            return True
        if name in thing.columns:
            self.report(error("wrong-kind", f"{wanted(what)}, and `{reference.span.text}` is a column", reference.span))
        elif name in parts:
            self.report(error("wrong-kind", f"{wanted(what)}, and `{reference.span.text}` is a part of people", reference.span, help=f"parts are read by `evaluate`: `over {reference.span.text}`"))
        return name in thing.columns or name in parts

    def _stranger(self, of: syntax.Expression) -> bool:
        """Whether what stands before a dot is a name of nothing here."""
        return isinstance(of, syntax.Name) and of.name not in self.names and self.imported(of.name) is None

    def _unknown_module(self, reference: syntax.Field) -> None:
        word, span = reference.of.span.text, reference.of.span
        help_, fix = guess(word, self.aliases, span)
        imported = "imported are " + ", ".join(f"`{alias}`" for alias in self.aliases) if self.aliases else "import it first: `import std.phone`"
        self.report(error("unknown-name", f"nothing is imported or declared as `{word}`", span, help=help_ or imported, fix=fix))

    def lost(self, reference: syntax.Expression) -> bool:
        """Whether a name belongs to an item or an import that could not be read."""
        there = self.imported(reference.of.name) if isinstance(reference, syntax.Field) and isinstance(reference.of, syntax.Name) else None
        if there is not None and isinstance(reference, syntax.Field):
            return reference.name.name in self.program.look(_lost, there.module)
        while isinstance(reference, syntax.Field):
            reference = reference.of
        return isinstance(reference, syntax.Name) and reference.name in self.program.look(_lost, self.module)

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
        there = self.imported(of.name) if isinstance(of, syntax.Name) else None
        return set() if there is None else set(there.names)

    def unnamed(self, call: syntax.Call) -> bool:
        """Report arguments that are given by a name where they have none."""
        named = [argument for argument in call.arguments if argument.name is not None]
        for argument in named:
            message = f"`{call.function.span.text}` takes its arguments without names"
            self.report(error("wrong-value", message, argument.span, help=f"write `{argument.value.span.text}`"))
        return not named
