"""The server: takes messages one by one, and checks what waits while there is none.

A mistake of ours in one answer is logged and answered by nothing; the next request is served as ever.
"""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

from synthc.lsp.diagnostics import publish
from synthc.lsp.editor import Editor
from synthc.lsp.features import NOTIFICATIONS, REQUESTS
from synthc.lsp.wire import Garbled, Json, Outbox, Refused, read

NOT_INITIALIZED, UNKNOWN_METHOD, INVALID, PARSE_ERROR, CANCELLED = -32002, -32601, -32600, -32700, -32800


@dataclass(slots=True, kw_only=True)
class Inbox:
    """What has arrived; a thread reads it, so that it is known how much waits and what was cancelled."""

    stream: IO[bytes]
    cancelled: set[Any] = field(default_factory=set)
    _waiting: set[Any] = field(default_factory=set)
    _queue: SimpleQueue[Json | Garbled | None] = field(default_factory=SimpleQueue)

    def start(self) -> None:
        """Begin to read."""
        Thread(target=self._read, name="inbox", daemon=True).start()

    def wake(self) -> None:
        """Have the server look after what was done in the background."""
        self._queue.put({})

    def take(self) -> Json | Garbled | None:
        """Return the next message, None at the end; waits for it."""
        message = self._queue.get()
        if isinstance(message, dict):
            self._waiting.discard(message.get("id"))
        return message

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return self._queue.empty()

    def _read(self) -> None:
        while True:
            try:
                message = read(self.stream)
            except Garbled as problem:
                self._queue.put(problem)
                continue
            except (OSError, ValueError):
                message = None
            if message is not None and message.get("method") == "$/cancelRequest":
                self.cancelled |= {(message.get("params") or {}).get("id")} & self._waiting
                continue
            if message is not None and "method" in message:
                self._waiting.add(message.get("id"))
            self._queue.put(message)
            # Nothing is read behind `exit`: a thread that still reads would hold the end up.
            if message is None or message.get("method") == "exit":
                return


@dataclass(slots=True, kw_only=True)
class Server:
    """One conversation with one editor."""

    inbox: Inbox
    editor: Editor
    _begun: bool = False
    _ended: bool = False

    def run(self) -> int:
        """Serve until the editor leaves, and return the exit code: 1 if it left without a word."""
        self.inbox.start()
        while True:
            while self.inbox.empty and self._work():
                pass
            message = self.inbox.take()
            if message is None or (isinstance(message, dict) and message.get("method") == "exit"):
                return 0 if self._ended else 1
            if isinstance(message, Garbled):
                self.editor.outbox.refuse(None, PARSE_ERROR, str(message))
            elif "method" in message:
                self._take(message)

    def _take(self, message: Json) -> None:
        method, params = message["method"], message.get("params") or {}
        if "id" not in message:
            if method in NOTIFICATIONS and self._begun:
                self._guarded(NOTIFICATIONS[method], params, method)
            return
        id, outbox = message["id"], self.editor.outbox
        if id in self.inbox.cancelled:
            self.inbox.cancelled.discard(id)
            outbox.refuse(id, CANCELLED, "cancelled")
        elif method == "shutdown":
            self._ended = True
            outbox.answer(id, None)
        elif self._ended or (method == "initialize") == self._begun:
            code = INVALID if self._ended or self._begun else NOT_INITIALIZED
            outbox.refuse(id, code, "the conversation has ended" if self._ended else "`initialize` comes first, and once")
        elif method not in REQUESTS:
            outbox.refuse(id, UNKNOWN_METHOD, f"`{method}` is not known")
        else:
            self._answer(id, method, params)

    def _answer(self, id: Any, method: str, params: Json) -> None:
        try:
            result = self._guarded(REQUESTS[method], params, method)
        except Refused as reason:
            self.editor.outbox.refuse(id, INVALID, str(reason))
            return
        self._begun = self._begun or method == "initialize"
        self.editor.outbox.answer(id, result)

    def _guarded(self, handler: Any, params: Json, method: str) -> Any:
        try:
            return handler(self.editor, params)
        except Refused:
            raise
        except Exception:  # noqa: BLE001 - one mistake of ours must not cost the editor its server
            self._log(method)
            return None

    def _work(self) -> bool:
        """Check one spec, tell its findings, or read one file; False if there is nothing to do."""
        workspace = self.editor.workspace
        try:
            if workspace.waiting:
                workspace.known(next(iter(workspace.waiting)))
                publish(self.editor)
                self._refresh()
                return True
            if workspace.changed:
                publish(self.editor)
                return True
            answered = workspace.accountant.take()
            if answered is not None:
                workspace.answered(answered)
                return True
            workspace.accountant.start(self.inbox.wake)
            return workspace.index.read_one()
        except Exception:  # noqa: BLE001 - as above
            workspace.changed.clear()
            self._log("checking")
            return True

    def _refresh(self) -> None:
        """Have the editor ask again for what may have changed in other documents than the one being edited."""
        if not self.editor.workspace.waiting and self.editor.workspace.spread:
            self.editor.workspace.spread = False
            for method in self.editor.client.refreshes:
                self.editor.ask(method)

    def _log(self, what: str) -> None:
        text = f"{what} failed: this is a bug in synthc, not in your spec\n{traceback.format_exc()}"
        sys.stderr.write(text)
        self.editor.log(text)


def serve(stdin: IO[bytes], stdout: IO[bytes], version: str = "") -> int:
    """Serve one editor over two streams; it is told our version."""
    return Server(inbox=Inbox(stream=stdin), editor=Editor(outbox=Outbox(stream=stdout), version=version)).run()
