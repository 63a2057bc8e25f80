"""The start and the end of a conversation."""

from __future__ import annotations

from pathlib import Path

from synthc.lsp.client import client
from synthc.lsp.editor import Editor
from synthc.lsp.semantic_tokens import MODIFIERS, TYPES
from synthc.lsp.uris import to_path
from synthc.lsp.wire import Json

FILES = {"filters": [{"scheme": "file", "pattern": {"glob": "**/*.synth"}}]}


def initialize(editor: Editor, params: Json) -> Json:
    """Take in what the editor says of itself, and say what is offered."""
    editor.client = client(params.get("capabilities") or {})
    editor.workspace.encoding = editor.client.encoding
    for uri in _folders(params):
        editor.workspace.add_folder(to_path(uri, Path.cwd()).resolve())
    return {"capabilities": _capabilities(editor), "serverInfo": {"name": "synthc", "version": editor.version}}


def initialized(editor: Editor, params: Json) -> None:
    """Ask to be told of changes on the disk."""
    del params
    if editor.client.watches:
        options = {"watchers": [{"globPattern": "**/*.synth"}]}
        registration = {"id": "specs", "method": "workspace/didChangeWatchedFiles", "registerOptions": options}
        editor.ask("client/registerCapability", {"registrations": [registration]})


def _folders(params: Json) -> list[str]:
    folders = params.get("workspaceFolders")
    if folders:
        return [folder["uri"] for folder in folders]
    if params.get("rootUri"):
        return [params["rootUri"]]
    return [Path(params["rootPath"]).as_uri()] if params.get("rootPath") else []


def _capabilities(editor: Editor) -> Json:
    pull = {"diagnosticProvider": {"identifier": "synthc", "interFileDependencies": True, "workspaceDiagnostics": False}}
    return {
        "positionEncoding": editor.client.encoding,
        "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
        "completionProvider": {"triggerCharacters": list(" .|={([\"/,:"), "resolveProvider": False},
        "signatureHelpProvider": {"triggerCharacters": ["(", ","]},
        "hoverProvider": True,
        "definitionProvider": True,
        "referencesProvider": True,
        "documentHighlightProvider": True,
        "renameProvider": {"prepareProvider": True},
        "documentSymbolProvider": True,
        "workspaceSymbolProvider": True,
        "documentFormattingProvider": True,
        "codeActionProvider": {"codeActionKinds": ["quickfix", "source.fixAll.synthc"]},
        "semanticTokensProvider": {"legend": {"tokenTypes": list(TYPES), "tokenModifiers": list(MODIFIERS)}, "full": True, "range": True},
        "inlayHintProvider": True,
        "foldingRangeProvider": True,
        "documentLinkProvider": {"resolveProvider": False},
        "workspace": {
            "workspaceFolders": {"supported": True, "changeNotifications": True},
            "fileOperations": {"didCreate": FILES, "willRename": FILES, "didRename": FILES, "didDelete": FILES},
        },
        **(pull if editor.client.pulls else {}),
    }
