"""A language server over stdio as an editor sees it: what is sent, when its findings arrive, and what it takes."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, Self

CAPABILITIES = {
    "workspace": {"configuration": True, "workspaceFolders": True, "didChangeWatchedFiles": {"dynamicRegistration": True}},
    "textDocument": {"publishDiagnostics": {"versionSupport": True}, "synchronization": {"didSave": True}, "completion": {"completionItem": {"snippetSupport": True}}},
    "general": {"positionEncodings": ["utf-16"]},
}
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True, kw_only=True)
class LspClient:
    """A conversation with one server; times are of the clock, in seconds."""

    command: Sequence[str]
    folder: Path
    env: Mapping[str, str]
    server: subprocess.Popen[bytes] = field(init=False)
    _arrived: Queue[tuple[float, dict[str, Any]]] = field(default_factory=Queue)
    _number: int = 0
    _versions: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Start the server and introduce the folder."""
        self.server = subprocess.Popen(self.command, cwd=self.folder, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        Thread(target=self._read, daemon=True).start()
        uri = self.folder.as_uri()
        folders = [{"uri": uri, "name": self.folder.name}]
        self.ask("initialize", {"processId": os.getpid(), "rootUri": uri, "rootPath": str(self.folder), "capabilities": CAPABILITIES, "workspaceFolders": folders})
        self.tell("initialized", {})
        return self

    def __exit__(self, *_: object) -> None:
        """End the server."""
        self.server.kill()
        self.server.wait()

    def open(self, path: Path, language: str) -> None:
        """Open a file."""
        self._versions[path.as_uri()] = 1
        document = {"uri": path.as_uri(), "languageId": language, "version": 1, "text": path.read_text(encoding="utf-8")}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def change(self, path: Path, text: str) -> None:
        """Replace the whole text of an open file."""
        uri = path.as_uri()
        self._versions[uri] += 1
        self.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": self._versions[uri]}, "contentChanges": [{"text": text}]})

    def until(self, path: Path, wanted: Callable[[list[Any]], bool], limit: float = 60.0) -> float:
        """Wait for findings of a file that are as wanted, and return how long it took."""
        begun = time.perf_counter()

        def arrived(message: dict[str, Any]) -> bool:
            params = message.get("params") or {}
            return message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == path.as_uri() and wanted(params["diagnostics"])

        return self._await(arrived, limit)[0] - begun

    def ask(self, method: str, params: object, limit: float = 60.0) -> tuple[float, Any]:
        """Send a request and return how long the answer took, and the answer."""
        self._number += 1
        number, begun = self._number, time.perf_counter()
        self._send({"id": number, "method": method, "params": params})
        at, message = self._await(lambda message: message.get("id") == number and "method" not in message, limit)
        return at - begun, message.get("result")

    def tell(self, method: str, params: object) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def settle(self, quiet: float = 1.0, limit: float = 300.0) -> float:
        """Wait until the server has nothing to do, and return the CPU seconds it has taken."""
        begun, before, since = time.perf_counter(), self.cpu(), time.perf_counter()
        while time.perf_counter() - since < quiet and time.perf_counter() - begun < limit:
            time.sleep(0.1)
            now = self.cpu()
            if now > before + 0.02:
                before, since = now, time.perf_counter()
        return self.cpu()

    def cpu(self) -> float:
        """Return the CPU seconds of the server so far."""
        fields = Path(f"/proc/{self.server.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Return the megabytes that the server holds in memory."""
        return int(Path(f"/proc/{self.server.pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e6

    def _await(self, wanted: Callable[[dict[str, Any]], bool], limit: float) -> tuple[float, dict[str, Any]]:
        ends = time.perf_counter() + limit
        while True:
            try:
                at, message = self._arrived.get(timeout=max(0.0, ends - time.perf_counter()))
            except Empty:
                raise TimeoutError(f"{self.command[0]} says nothing of what is waited for within {limit:.0f} s") from None
            if wanted(message):
                return at, message

    def _read(self) -> None:
        stream = self.server.stdout
        assert stream is not None
        while line := stream.readline():
            length = 0
            while line.strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                line = stream.readline()
            message = json.loads(stream.read(length))
            if "id" in message and "method" in message:
                items = (message.get("params") or {}).get("items") or []
                self._send({"id": message["id"], "result": [{} for _ in items] if message["method"] == "workspace/configuration" else None})
            self._arrived.put((time.perf_counter(), message))

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self.server.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        stream.flush()
