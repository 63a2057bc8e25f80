"""Checks what needs no types: kinds of declarations, what each kind may carry."""

from __future__ import annotations

from functools import partial

from synthc.compiler.program import CHECKERS, Program
from synthc.compiler.scope import Scope
from synthc.compiler.suggest import spelling
from synthc.compiler.wording import a
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Edit, Fix, Safety, error

WITH_STEPS = frozenset({"filter", "transform", "generate"})
CLAUSES = {"pretrain": "on", "federate": "over", "measure": "over", "evaluate": "over"}


def resolve(program: Program) -> None:
    """Report declarations of unknown kinds and parts that a kind does not have."""
    for scope in program.scopes():
        for item in scope.module.syntax.items:
            if isinstance(item, syntax.Declaration):
                program.once("resolve", item, scope, partial(_declaration, item, scope))
            elif isinstance(item, syntax.Publish) and item.settings is not None:
                scope.report(error("unknown-setting", "a `publish` has no settings", item.settings.span, help="remove this block"))


def _declaration(item: syntax.Declaration, scope: Scope) -> None:
    kind = item.kind.name
    if kind not in CHECKERS and item.name.name in CHECKERS:
        both, said = item.kind.span.to(item.name.span), f"{item.name.name} {kind}"
        swapped = Fix(title=f"write `{said}`", edits=(Edit(span=both, text=said),), safety=Safety.UNSAFE)
        scope.report(error("unknown-kind", f"the kind stands before the name, and there is no kind `{kind}`", both, help=f"write `{said}`", fix=swapped))
        return
    if kind not in CHECKERS:
        help_, fix = spelling(kind, CHECKERS, item.kind.span)
        scope.report(error("unknown-kind", f"there is no kind of declaration `{kind}`", item.kind.span, help=help_ or "kinds are " + ", ".join(CHECKERS), fix=fix))
        return
    if item.visibility is not None and kind != "source":
        scope.report(error("useless-setting", f"only a source is declared {item.visibility.name}; the label of {a(kind)} follows from what it reads", item.visibility.span, help=f"remove `{item.visibility.name}`"))
    if item.steps and kind not in WITH_STEPS:
        scope.report(error("wrong-step", f"{a(kind)} has no steps", item.steps[0].span, help="put them into a `filter` or `transform`"))
    if item.type is not None and kind not in {"param", "let"}:
        scope.report(error("useless-setting", f"{a(kind)} has no type of its own", item.type.span, help="remove it; the type follows from the value"))
    if item.settings is not None and kind in {"param", "let"}:
        scope.report(error("unknown-setting", f"{a(kind)} has no settings", item.settings.span, help="remove this block"))
    for clause in item.clauses:
        if clause.word != CLAUSES.get(kind):
            takes = f"it takes `{CLAUSES[kind]}`" if kind in CLAUSES else "remove it"
            scope.report(error("wrong-clause", f"{a(kind)} takes no `{clause.word}`", clause.span, help=takes))
    scope.all_once([(clause.word, clause.span) for clause in item.clauses], "the word")
