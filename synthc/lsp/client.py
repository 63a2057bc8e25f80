"""What the editor can do, as it says at the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from synthc.lsp.positions import ENCODINGS, Encoding
from synthc.lsp.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The abilities that answers depend on."""

    encoding: Encoding = "utf-16"
    snippets: bool = False
    markdown: bool = True
    pulls: bool = False
    related: bool = False
    tags: bool = False
    nested_symbols: bool = False
    versioned_edits: bool = False
    link_targets: bool = False
    watches: bool = False
    refreshes: tuple[str, ...] = ()


def client(capabilities: Json) -> Client:
    """Return what a client's capabilities say."""

    def said(path: str) -> Any:
        value: Any = capabilities
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    encodings = said("general.positionEncodings") or ["utf-16"]
    formats = said("textDocument.hover.contentFormat")
    return Client(
        encoding=next((one for one in ENCODINGS if one in encodings), "utf-16"),
        snippets=bool(said("textDocument.completion.completionItem.snippetSupport")),
        markdown=formats is None or "markdown" in formats,
        pulls=said("textDocument.diagnostic") is not None,
        related=bool(said("textDocument.publishDiagnostics.relatedInformation")),
        tags=said("textDocument.publishDiagnostics.tagSupport") is not None,
        nested_symbols=bool(said("textDocument.documentSymbol.hierarchicalDocumentSymbolSupport")),
        versioned_edits=bool(said("workspace.workspaceEdit.documentChanges")),
        link_targets=said("textDocument.definition.linkSupport") is True,
        watches=bool(said("workspace.didChangeWatchedFiles.dynamicRegistration")),
        refreshes=tuple(
            method
            for path, method in (
                ("workspace.diagnostics.refreshSupport", "workspace/diagnostic/refresh"),
                ("workspace.semanticTokens.refreshSupport", "workspace/semanticTokens/refresh"),
                ("workspace.inlayHint.refreshSupport", "workspace/inlayHint/refresh"),
            )
            if said(path)
        ),
    )
