"""A fake server of known latency that lets in so many requests and answers 429 to all beyond.

python bench/calls/server.py PORT

It speaks `/generate` of Text Generation Inference and OpenAI's chat route. `POST /reset` sets it anew, `GET /told`
tells what it saw. A question is known by the words `Row N` in it, so that one answered twice shows.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any, cast

import uvloop

ROW = re.compile(rb"Row (\d+)")
CLOSE = re.compile(rb"connection: *close", re.IGNORECASE)
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
TEXT = "see you later at the bus stop, save me a seat"
TOKENS = [{"id": 7, "text": " word", "logprob": -1.0, "special": False} for _ in range(16)]
GENERATED = {
    "generated_text": TEXT,
    "details": {"finish_reason": "eos_token", "generated_tokens": 16, "seed": None, "prefill": [], "tokens": TOKENS},
}
CHOICE = {
    "index": 0,
    "message": {"role": "assistant", "content": TEXT},
    "finish_reason": "stop",
    "logprobs": {"content": [{"token": token["text"], "logprob": token["logprob"], "top_logprobs": []} for token in TOKENS]},
}
CHAT = {
    "id": "",
    "object": "chat.completion",
    "created": 0,
    "model": "fake",
    "system_fingerprint": "fake",
    "choices": [CHOICE],
    "usage": {"prompt_tokens": 150, "completion_tokens": 16, "total_tokens": 166},
}
OVERLOADED = {"error": "Model is overloaded", "error_type": "overloaded"}
MODELS = {"object": "list", "data": [{"id": "fake", "object": "model", "created": 0, "owned_by": "fake"}]}
REASONS = {200: "OK", 404: "Not Found", 429: "Too Many Requests"}


def response(status: int, body: object) -> bytes:
    """Return a whole response."""
    said = json.dumps(body).encode()
    return b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
        status,
        REASONS[status].encode(),
        len(said),
        said,
    )


ANSWERS = {b"/generate": response(200, GENERATED), b"/v1/chat/completions": response(200, CHAT)}
REFUSED = response(429, OVERLOADED)


@dataclass(slots=True, kw_only=True)
class Told:
    """How the server behaves and what it saw; what comes after the first `warm` answers is counted apart."""

    latency: float = 0.0
    jitter: float = 0.0
    limit: int = 1_000_000
    warm: int = 0
    flying: int = 0
    peak: int = 0
    answered: int = 0
    refused: int = 0
    refused_warm: int = 0
    first: float = 0.0
    warmed: float = 0.0
    last: float = 0.0
    rows: Counter[bytes] = field(default_factory=Counter)

    def enter(self) -> bool:
        """Let a request in if there is room."""
        self.first = self.first or time.monotonic()
        if self.flying >= self.limit:
            self.refused += 1
            self.refused_warm += self.answered >= self.warm
            return False
        self.flying += 1
        self.peak = max(self.peak, self.flying)
        return True

    def leave(self, body: bytes) -> None:
        """Count an answer that was given."""
        self.answered += 1
        self.last = time.monotonic()
        if self.answered == self.warm:
            self.warmed = self.last
        found = ROW.search(body)
        if found:
            self.rows[found[1]] += 1

    def document(self) -> dict[str, Any]:
        """Return all of it as JSON, of the rows how many were answered and how many answers were given again."""
        rows = self.rows
        seen = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "rows"}
        return {**seen, "rows": len(rows), "again": self.answered - len(rows)}


class Server:
    """What all connections share."""

    def __init__(self) -> None:
        """Begin with no latency and no limit."""
        self.told = Told()

    def reset(self, body: bytes) -> None:
        """Begin anew with other settings."""
        self.told = Told(**json.loads(body))


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, server: Server) -> None:
        """Belong to a server."""
        self.server = server
        self.buffer = b""
        self.last = False
        self.later: asyncio.TimerHandle | None = None
        self.told = server.told

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = cast("asyncio.Transport", transport)  # that of uvloop is none by its class

    def connection_lost(self, _: Exception | None) -> None:
        """Give up what nobody waits for."""
        if self.later is not None:
            self.later.cancel()
            self.told.flying -= 1

    def data_received(self, data: bytes) -> None:
        """Read requests as they become whole."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            length = LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.buffer) < whole:
                return
            body, self.buffer = self.buffer[end + 4 : whole], self.buffer[whole:]
            self.last = CLOSE.search(head) is not None
            self.asked(head.split(b" ", 2)[1], body)

    def asked(self, path: bytes, body: bytes) -> None:
        """Answer at once, or a question after its latency."""
        answer = ANSWERS.get(path)
        if answer is None:
            self.send(self.control(path, body))
            return
        told = self.told = self.server.told
        if not told.enter():
            self.send(REFUSED)
            return
        after = told.latency * random.uniform(1 - told.jitter, 1 + told.jitter)
        if after:
            self.later = asyncio.get_running_loop().call_later(after, self.answer, answer, body)
        else:
            self.answer(answer, body)

    def answer(self, answer: bytes, body: bytes) -> None:
        """Give an answer and the place that it took."""
        self.later = None
        self.told.flying -= 1
        self.told.leave(body)
        self.send(answer)

    def send(self, answer: bytes) -> None:
        """Write a response, and close after the last one."""
        self.transport.write(answer)
        if self.last:
            self.transport.close()

    def control(self, path: bytes, body: bytes) -> bytes:
        """Answer whatever is no question."""
        told = self.server.told
        if path == b"/reset":
            self.server.reset(body)
        elif path == b"/told":
            return response(200, told.document())
        elif path == b"/info":
            return response(200, {"model_id": "fake", "model_sha": "1", "version": "3.3.7", "max_concurrent_requests": None})
        elif path == b"/v1/models":
            return response(200, MODELS)
        elif path != b"/health":
            return response(404, {"error": "no such route"})
        return response(200, {})


async def serve(port: int) -> None:
    """Serve for ever."""
    shared = Server()
    listening = await asyncio.get_running_loop().create_server(lambda: Connection(shared), "127.0.0.1", port, backlog=4096)
    await listening.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
