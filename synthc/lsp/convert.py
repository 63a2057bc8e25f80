"""Values of features as the protocol writes them."""

from __future__ import annotations

from pathlib import Path

from synthc.lsp.actions import Action
from synthc.lsp.diagnostics import diagnostic
from synthc.lsp.editor import Editor
from synthc.lsp.folding import Fold
from synthc.lsp.hints import Hint
from synthc.lsp.proposal import SORTS, Proposal
from synthc.lsp.symbols import Symbol
from synthc.lsp.view import View
from synthc.lsp.wire import Json

SNIPPET, PLAIN = 2, 1


def markup(editor: Editor, text: str) -> Json:
    """Return a text of ours, which is Markdown."""
    return {"kind": "markdown" if editor.client.markdown else "plaintext", "value": text}


def proposal(editor: Editor, one: Proposal, range_: Json) -> Json:
    """Return something that may be written."""
    snippet = one.snippet if editor.client.snippets else ""
    shown: Json = {
        "label": one.label,
        "kind": SORTS[one.sort],
        "sortText": f"{one.rank}{one.label}",
        "insertTextFormat": SNIPPET if snippet else PLAIN,
        "textEdit": {"range": range_, "newText": snippet or one.plain or one.label},
    }
    if one.detail:
        shown["detail"] = one.detail
    if one.doc:
        shown["documentation"] = markup(editor, one.doc)
    return shown


def symbols(editor: Editor, view: View, found: list[Symbol], uri: str) -> list[Json]:
    """Return an outline, nested if the editor shows it so."""
    if editor.client.nested_symbols:
        return [_nested(editor, view, one) for one in found]
    flat = [inner for one in found for inner in (one, *one.inside)]
    return [{"name": one.name, "kind": one.number, "location": {"uri": uri, "range": editor.range(view, one.whole)}} for one in flat]


def _nested(editor: Editor, view: View, one: Symbol) -> Json:
    return {
        "name": one.name,
        "detail": one.detail,
        "kind": one.number,
        "range": editor.range(view, one.whole),
        "selectionRange": editor.range(view, one.named),
        "children": [_nested(editor, view, inner) for inner in one.inside],
    }


def action(editor: Editor, one: Action, project: Path) -> Json:
    """Return something that can be done."""
    shown: Json = {"title": one.title, "kind": one.kind, "edit": editor.edits(one.edits, project), "isPreferred": one.preferred}
    if one.about is not None:
        shown["diagnostics"] = [diagnostic(editor, one.about, project)]
    return shown


def hint(editor: Editor, view: View, one: Hint) -> Json:
    """Return a hint behind a place."""
    position = editor.lines(view, view.source).position(one.offset)
    return {"position": position, "label": one.text, "paddingLeft": True, "tooltip": markup(editor, one.more)}


def fold(editor: Editor, view: View, one: Fold) -> Json | None:
    """Return what folds, None if it is a single line."""
    range_ = editor.range(view, view.source.span(one.start, one.end))
    start, end = range_["start"]["line"], range_["end"]["line"]
    return {"startLine": start, "endLine": end, **({"kind": one.kind} if one.kind else {})} if end > start else None
