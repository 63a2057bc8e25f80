"""A server in a process of its own, and an editor that talks to it over stdio; every message is held against the protocol's types."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lsprotocol import converters, types

from synthc.lsp.positions import lines
from synthc.lsp.wire import Outbox, read

ROOT = Path(__file__).parents[2]

VS_CODE: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {
        "workspaceFolders": True,
        "workspaceEdit": {"documentChanges": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "semanticTokens": {"refreshSupport": True},
        "inlayHint": {"refreshSupport": True},
        "diagnostics": {"refreshSupport": True},
    },
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True, "tagSupport": {"valueSet": [1, 2]}},
        "diagnostic": {"dynamicRegistration": True},
    },
}
"""What VS Code says of itself, as far as answers depend on it: it asks for findings."""

NEOVIM: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
    "workspace": {"workspaceFolders": True, "semanticTokens": {"refreshSupport": True}, "inlayHint": {"refreshSupport": True}},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": False}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "publishDiagnostics": {"relatedInformation": True, "tagSupport": {"valueSet": [1, 2]}},
    },
}
"""What an older Neovim says: it is told findings."""

PLAIN: dict[str, Any] = {}
"""What an editor says that knows nothing new."""


@cache
def _converter() -> Any:
    return converters.get_converter()


@dataclass(slots=True, kw_only=True)
class Conversation:
    """One editor with its documents; `told` are the findings pushed last for each, `logged` what the server calls its own mistakes."""

    process: subprocess.Popen[bytes]
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    logged: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    _number: int = 0

    def notify(self, method: str, **params: Any) -> None:
        """Tell the server something."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, **params: Any) -> Any:
        """Return the server's answer, in the protocol's types."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == self._number and "method" not in message:
                if "error" in message:
                    return message["error"]
                _converter().structure(message, types.METHOD_TO_TYPES[method][1])
                return message["result"]

    def open(self, uri: str, text: str) -> None:
        """Open a document."""
        self.texts[uri], self.versions[uri] = text, 1
        self.notify("textDocument/didOpen", textDocument={"uri": uri, "languageId": "synth", "version": 1, "text": text})

    def change(self, uri: str, text: str, encoding: Any = "utf-16") -> None:
        """Make a document another text, by one change of the stretch that differs."""
        before = self.texts[uri]
        start = _alike(before, text)
        tail = _alike(before[start:][::-1], text[start:][::-1])
        range_ = lines(before, encoding).range(start, len(before) - tail)
        self.texts[uri] = text
        self.versions[uri] += 1
        change = {"range": range_, "text": text[start : len(text) - tail]}
        self.notify("textDocument/didChange", textDocument={"uri": uri, "version": self.versions[uri]}, contentChanges=[change])

    def findings(self, uri: str) -> list[dict[str, Any]]:
        """Return the findings of the text as it is now, waiting for them."""
        while self.told.get(uri, {}).get("version") != self.versions[uri]:
            self.receive()
        found: list[dict[str, Any]] = self.told[uri]["diagnostics"]
        return found

    def wait_for(self, uri: str) -> list[dict[str, Any]]:
        """Return the next findings that are told of a file."""
        self.told.pop(uri, None)
        while uri not in self.told:
            self.receive()
        found: list[dict[str, Any]] = self.told[uri]["diagnostics"]
        return found

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        Outbox(stream=self.process.stdin).send(message)

    def receive(self) -> dict[str, Any]:
        """Take the next message, and answer it if it asks for something."""
        assert self.process.stdout is not None
        message = read(self.process.stdout)
        assert message is not None, "the server is gone"
        if "method" in message:
            _converter().structure(message, types.METHOD_TO_TYPES[message["method"]][0])
        if message.get("method") == "textDocument/publishDiagnostics":
            self.told[message["params"]["uri"]] = message["params"]
        elif message.get("method") == "window/logMessage":
            self.logged.append(message["params"]["message"])
        elif "method" in message:
            self.asked.append(message["method"])
            self._send({"id": message["id"], "result": None})
        return message


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@contextmanager
def conversation(capabilities: Mapping[str, Any], folders: list[Path]) -> Iterator[Conversation]:
    """Start a server, and end it as an editor does; that it ends well is part of every test."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SYNTH_TGI_URL": "http://localhost:8080"}
    process = subprocess.Popen([sys.executable, "-m", "synthc", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    talk = Conversation(process=process)
    try:
        named = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
        talk.ask("initialize", processId=None, rootUri=None, capabilities=dict(capabilities), workspaceFolders=named or None)
        talk.notify("initialized")
        yield talk
        assert talk.ask("shutdown") is None
        talk.notify("exit")
        assert process.wait(timeout=300) == 0
        assert talk.logged == []
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def place(text: str, words: str) -> dict[str, int]:
    """Return the position of some words of a text, which stand there once."""
    assert text.count(words) == 1, words
    position: dict[str, int] = lines(text).position(text.index(words))
    return position
