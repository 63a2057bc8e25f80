"""Findings, pushed to the editor as they change or given when it asks."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from synthc.dsl.diagnostic import Diagnostic, Severity
from synthc.lsp.editor import Editor
from synthc.lsp.wire import Json

SEVERITIES = {Severity.ERROR: 1, Severity.WARNING: 2}
UNNECESSARY = 1


def diagnostics(editor: Editor, path: Path) -> list[Json]:
    """Return the findings of a file, as the editor shows them."""
    return [diagnostic(editor, finding, project) for finding, project in editor.workspace.findings(path)]


def publish(editor: Editor) -> None:
    """Tell the editor the findings of files and versions that it wasn't told yet; of open ones only if it doesn't ask for them."""
    workspace = editor.workspace
    for path in sorted(workspace.changed):
        document = workspace.documents.get(path)
        found = [] if document is not None and editor.client.pulls else diagnostics(editor, path)
        version = document.version if document is not None and not editor.client.pulls else None
        if (found, version) != editor.told.get(path, ([], None)):
            editor.told[path] = (found, version)
            versioned = {} if version is None else {"version": version}
            editor.outbox.notify("textDocument/publishDiagnostics", {"uri": workspace.uri(path), **versioned, "diagnostics": found})
    workspace.changed.clear()


def pulled(editor: Editor, params: Json) -> Json:
    """Return the findings of a document that the editor asks for, or that they are the same as before."""
    path = editor.workspace.path(params["textDocument"]["uri"])
    if path in editor.workspace.documents:
        editor.workspace.known(path)
    items = diagnostics(editor, path)
    made = hashlib.sha256(json.dumps(items, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if made == params.get("previousResultId"):
        return {"kind": "unchanged", "resultId": made}
    return {"kind": "full", "resultId": made, "items": items}


def diagnostic(editor: Editor, finding: Diagnostic, project: Path) -> Json:
    """Return one finding."""
    shown: Json = {
        "range": editor.range_in(finding.span, project),
        "severity": SEVERITIES[finding.severity],
        "code": finding.rule,
        "source": "synthc",
        "message": finding.message + (f"\nhelp: {finding.help}" if finding.help else ""),
    }
    if editor.client.related and finding.labels:
        shown["relatedInformation"] = [{"location": editor.location(label.span, project), "message": label.text} for label in finding.labels]
    if editor.client.tags and finding.rule.startswith("unused-"):
        shown["tags"] = [UNNECESSARY]
    return shown
