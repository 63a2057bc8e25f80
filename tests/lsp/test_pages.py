"""The pages of this folder: a spec with a cursor, and what the editor shows there. Each page is about the feature it is named after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from synthc.compiler.load import STD
from synthc.dsl.source import Span
from synthc.lsp.actions import actions, fix_all
from synthc.lsp.completion import completion
from synthc.lsp.definition import definition
from synthc.lsp.folding import folds
from synthc.lsp.hints import hints
from synthc.lsp.hover import hover
from synthc.lsp.links import links
from synthc.lsp.references import references
from synthc.lsp.rename import applied, rename
from synthc.lsp.semantic_tokens import semantic_tokens
from synthc.lsp.signature_help import signature_help
from synthc.lsp.symbols import Symbol, document_symbols
from synthc.lsp.view import View
from synthc.lsp.wire import Refused
from synthc.lsp.workspace import Workspace
from tests.lsp.views import FOLDER, marked, view_of, workspace_of
from tests.pages import Case, cases

CASES = [case for page in sorted(Path(__file__).parent.glob("*.md")) for case in cases(page)]


def _completion(view: View, offset: int, _: Workspace) -> str:
    place, found = completion(view, offset)
    library = sum(one.sort == "function" and "(" not in one.label for one in found)
    shown = [f"{one.label}: {one.detail}".removesuffix(": ") for one in found if one.sort != "function" or "(" in one.label]
    lines = [*([f"`{place.word}`"] if place.word else []), *shown, *([f"and {library} functions"] if library else [])]
    return "".join(f"{line}\n" for line in lines) or "nothing\n"


def _hover(view: View, offset: int, _: Workspace) -> str:
    found = hover(view, offset)
    return "nothing\n" if found is None else f"{_at(found.span)}\n\n{found.text}\n".replace("```", "~~~")


def _definition(view: View, offset: int, _: Workspace) -> str:
    found = definition(view, offset)
    return "nothing\n" if found is None else f"{_at(found)}\n"


def _references(view: View, offset: int, workspace: Workspace) -> str:
    found = references(view, offset, workspace)
    if found is None:
        return "nothing\n"
    return "".join(f"{_at(one.span)}{' declares it' if one.declares else ''}\n" for one, _ in found[1])


def _rename(view: View, offset: int, workspace: Workspace) -> str:
    try:
        edits = rename(view, offset, "renamed", workspace)
    except Refused as reason:
        return f"refused: {reason}\n"
    return "\n".join(f"{path.name}:\n{applied(changes)}" for path, changes in sorted(edits.items()))


def _actions(view: View, offset: int, workspace: Workspace) -> str:
    found = [*actions(workspace.findings(view.path), offset, offset)]
    every = fix_all(workspace.findings(view.path), view.path)
    shown = [f"{one.title} ({one.kind}{', preferred' if one.preferred else ''}):\n{applied(one.edits[view.path])}" for one in [*found, *([every] if every else [])]]
    return "\n".join(shown) or "nothing\n"


def _signature(view: View, offset: int, _: Workspace) -> str:
    found = signature_help(view, offset)
    if found is None:
        return "nothing\n"
    active = found.signature.slots[found.active] if found.active is not None else "none"
    return f"{found.signature.label}\nactive: {active}\n"


def _hints(view: View, _: int, __: Workspace) -> str:
    lines = view.source.text.split("\n")
    for one in sorted(hints(view, 0, len(view.source.text)), key=lambda one: one.offset):
        line = view.source.position(one.offset).line - 1
        lines[line] += f"  <{one.text}>"
    return "\n".join(lines)


def _colours(view: View, _: int, __: Workspace) -> str:
    words = semantic_tokens(view)
    return "".join(f"{view.source.text[one.start : one.end]}  {' '.join((one.type, *one.modifiers))}\n" for one in words)


def _outline(view: View, _: int, __: Workspace) -> str:
    def shown(one: Symbol, indent: str) -> str:
        return f"{indent}{one.name}: {one.detail}".removesuffix(": ") + "\n" + "".join(shown(inner, indent + "  ") for inner in one.inside)

    return "".join(shown(one, "") for one in document_symbols(view))


def _folding(view: View, _: int, __: Workspace) -> str:
    pairs = ((view.source.position(one.start).line, view.source.position(one.end).line, one.kind) for one in folds(view))
    return "".join(f"{low} to {high} {kind}".rstrip() + "\n" for low, high, kind in pairs if high > low)


def _links(view: View, _: int, __: Workspace) -> str:
    return "".join(f"{_at(one.span)} {one.target.replace(STD.as_uri(), '<std>')}\n" for one in links(view)) or "nothing\n"


SHOWN: Mapping[str, Callable[[View, int, Workspace], str]] = {
    "actions": _actions,
    "colours": _colours,
    "completion": _completion,
    "definition": _definition,
    "folding": _folding,
    "hints": _hints,
    "hover": _hover,
    "links": _links,
    "outline": _outline,
    "references": _references,
    "rename": _rename,
    "signature": _signature,
}


def _at(span: Span) -> str:
    line, column = span.source.position(span.start)
    return f"{span.source.path}:{line}:{column} `{span.text}`"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.page.stem}: {case.title}")
def test_page(case: Case) -> None:
    """An editor shows exactly what the page says."""
    text, offset = marked(case.given) if "<|>" in case.given else (case.given, 0)
    workspace = workspace_of({**case.files, "spec.synth": text})
    for path in workspace.documents:
        workspace.known(path)

    case.check(SHOWN[case.page.stem](workspace.view(FOLDER / "spec.synth"), offset, workspace))


def test_a_view_needs_no_workspace() -> None:
    """What features look at is made from texts alone."""
    text, offset = marked("synth 1\n\nlet a = 1\nlet b = a<|>\n")
    found = definition(view_of(text), offset)

    assert found is not None
    assert found.place == "spec.synth:3:5"
