"""Every request and notification that is answered: each finds what is known, asks a pure function, and converts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synthc.lsp import convert, lifecycle, sync
from synthc.lsp.actions import FIX_ALL, QUICKFIX, actions, fix_all
from synthc.lsp.completion import completion
from synthc.lsp.definition import definition
from synthc.lsp.diagnostics import pulled
from synthc.lsp.editor import Editor
from synthc.lsp.files_named import begun
from synthc.lsp.folding import folds
from synthc.lsp.formatting import formatting
from synthc.lsp.hints import hints
from synthc.lsp.hover import hover
from synthc.lsp.links import links
from synthc.lsp.move import move
from synthc.lsp.references import highlights, references
from synthc.lsp.rename import prepare, rename
from synthc.lsp.semantic_tokens import encoded, semantic_tokens
from synthc.lsp.signature_help import signature_help
from synthc.lsp.symbols import KINDS, document_symbols, workspace_symbols
from synthc.lsp.wire import Json

Handler = Callable[[Editor, Json], Any]
CLASS, READ, WRITTEN = 5, 2, 3


def _completion(editor: Editor, params: Json) -> Any:
    view, offset = editor.typing_at(params)
    place, proposals = completion(view, offset)
    start = begun(place) if place.quoted is not None else place.start
    range_ = editor.range(view, view.source.span(start, max(place.end, start)))
    return {"isIncomplete": False, "items": [convert.proposal(editor, one, range_) for one in proposals]}


def _hover(editor: Editor, params: Json) -> Any:
    view, offset = editor.at(params)
    found = hover(view, offset)
    return None if found is None else {"contents": convert.markup(editor, found.text), "range": editor.range(view, found.span)}


def _signature_help(editor: Editor, params: Json) -> Any:
    found = signature_help(*editor.typing_at(params))
    if found is None:
        return None
    slots = [{"label": slot} for slot in found.signature.slots]
    shown = {"label": found.signature.label, "parameters": slots, "documentation": convert.markup(editor, found.signature.help)}
    active = len(slots) if found.active is None else found.active
    return {"signatures": [shown], "activeSignature": 0, "activeParameter": active}


def _definition(editor: Editor, params: Json) -> Any:
    view, offset = editor.at(params)
    found = definition(view, offset)
    return None if found is None else editor.location(found, view.project)


def _references(editor: Editor, params: Json) -> Any:
    found = references(*editor.at(params), editor.workspace)
    said = (params.get("context") or {}).get("includeDeclaration", True)
    return None if found is None else [editor.location(one.span, of.project) for one, of in found[1] if said or not one.declares]


def _highlight(editor: Editor, params: Json) -> Any:
    view, offset = editor.at(params)
    return [{"range": editor.range(view, one.span), "kind": WRITTEN if one.declares else READ} for one in highlights(view, offset)]


def _prepare_rename(editor: Editor, params: Json) -> Any:
    view, offset = editor.at(params)
    found = prepare(view, offset)
    return None if found is None else {"range": editor.range(view, found), "placeholder": found.text}


def _rename(editor: Editor, params: Json) -> Any:
    view, offset = editor.at(params)
    return editor.edits(rename(view, offset, params["newName"], editor.workspace), view.project)


def _will_rename_files(editor: Editor, params: Json) -> Any:
    workspace = editor.workspace
    workspace.index.read_all()
    moved = {workspace.path(file["oldUri"]): workspace.path(file["newUri"]) for file in params["files"]}
    edits = move(moved, workspace.index)
    return editor.edits_of({path: [editor.edit_of(path, edit) for edit in of_file] for path, of_file in edits.items()}) if edits else None


def _document_symbols(editor: Editor, params: Json) -> Any:
    view = editor.view(params)
    return convert.symbols(editor, view, list(document_symbols(view)), params["textDocument"]["uri"])


def _workspace_symbols(editor: Editor, params: Json) -> Any:
    workspace = editor.workspace
    workspace.index.read_all()
    found = workspace_symbols(workspace.index, params["query"])
    return [
        {"name": one.name, "kind": KINDS.get(one.kind, CLASS), "containerName": path.name, "location": editor.location_of(path, one.named)}
        for path, one in found
    ]


def _formatting(editor: Editor, params: Json) -> Any:
    view = editor.view(params)
    return [editor.edit(edit, view.project) for edit in formatting(view.source)]


def _actions(editor: Editor, params: Json) -> Any:
    view = editor.view(params)
    only = (params.get("context") or {}).get("only") or ["quickfix", "source"]
    findings = editor.workspace.findings(view.path)
    start, end = editor.lines(view, view.source).offsets(params["range"])
    found = list(actions(findings, start, end)) if any(QUICKFIX.startswith(one) for one in only) else []
    every = fix_all(findings, view.path) if any(FIX_ALL.startswith(one) for one in only) else None
    return [convert.action(editor, one, view.project) for one in [*found, *([every] if every is not None else [])]]


def _semantic_tokens(editor: Editor, params: Json) -> Any:
    view = editor.view(params)
    lines = editor.lines(view, view.source)
    start, end = lines.offsets(params["range"]) if "range" in params else (0, None)
    return {"data": encoded(semantic_tokens(view, start, end), lines)}


def _hints(editor: Editor, params: Json) -> Any:
    view = editor.view(params)
    start, end = editor.lines(view, view.source).offsets(params["range"])
    return [convert.hint(editor, view, one) for one in hints(view, start, end)]


def _folding(editor: Editor, params: Json) -> Any:
    view = editor.view(params)
    shown = (convert.fold(editor, view, one) for one in folds(view))
    return list({(one["startLine"], one["endLine"]): one for one in shown if one is not None}.values())


def _links(editor: Editor, params: Json) -> Any:
    view = editor.view(params)
    return [{"range": editor.range(view, one.span), "target": one.target, "tooltip": one.tooltip} for one in links(view)]


REQUESTS: Mapping[str, Handler] = {
    "initialize": lifecycle.initialize,
    "textDocument/diagnostic": pulled,
    "textDocument/completion": _completion,
    "textDocument/hover": _hover,
    "textDocument/signatureHelp": _signature_help,
    "textDocument/definition": _definition,
    "textDocument/references": _references,
    "textDocument/documentHighlight": _highlight,
    "textDocument/prepareRename": _prepare_rename,
    "textDocument/rename": _rename,
    "workspace/willRenameFiles": _will_rename_files,
    "textDocument/documentSymbol": _document_symbols,
    "workspace/symbol": _workspace_symbols,
    "textDocument/formatting": _formatting,
    "textDocument/codeAction": _actions,
    "textDocument/semanticTokens/full": _semantic_tokens,
    "textDocument/semanticTokens/range": _semantic_tokens,
    "textDocument/inlayHint": _hints,
    "textDocument/foldingRange": _folding,
    "textDocument/documentLink": _links,
}
"""What is asked, and who answers."""

NOTIFICATIONS: Mapping[str, Handler] = {
    "initialized": lifecycle.initialized,
    "textDocument/didOpen": sync.did_open,
    "textDocument/didChange": sync.did_change,
    "textDocument/didClose": sync.did_close,
    "textDocument/didSave": sync.did_save,
    "workspace/didChangeWatchedFiles": sync.did_change_files,
    "workspace/didCreateFiles": sync.did_create_files,
    "workspace/didRenameFiles": sync.did_create_files,
    "workspace/didDeleteFiles": sync.did_create_files,
    "workspace/didChangeWorkspaceFolders": sync.did_change_folders,
}
"""What is told, and who listens."""
