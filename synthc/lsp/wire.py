"""Messages of JSON-RPC as they travel over stdin and stdout: a header with a length, and that many bytes of JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import IO, Any

Json = dict[str, Any]


class Garbled(Exception):
    """Raised for a message that isn't one; what follows may be."""


class Refused(Exception):
    """Raised by a handler that has a reason to give in place of an answer."""


def read(stream: IO[bytes]) -> Json | None:
    """Return the next message, None at the end of the stream.

    Raises:
        Garbled: the body is no JSON object.
    """
    length = _length(stream)
    body = stream.read(length) if length is not None else b""
    if length is None or len(body) < length:
        return None
    try:
        message = json.loads(body)
    except ValueError as problem:
        raise Garbled(str(problem)) from None
    if not isinstance(message, dict):
        raise Garbled("a message is an object")
    return message


def _length(stream: IO[bytes]) -> int | None:
    length: int | None = None
    while line := stream.readline():
        if not line.strip():
            if length is not None:
                return length
            continue
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Writes messages, each whole and at once."""

    stream: IO[bytes]

    def send(self, message: Json) -> None:
        """Write a message."""
        body = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        self.stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.stream.flush()

    def notify(self, method: str, params: Json) -> None:
        """Write a notification."""
        self.send({"method": method, "params": params})

    def ask(self, number: int, method: str, params: Json | None) -> None:
        """Write a request of ours."""
        self.send({"id": f"synthc-{number}", "method": method, **({} if params is None else {"params": params})})

    def answer(self, id: Any, result: Any) -> None:
        """Write the answer to a request."""
        self.send({"id": id, "result": result})

    def refuse(self, id: Any, code: int, message: str) -> None:
        """Write the refusal of a request."""
        self.send({"id": id, "error": {"code": code, "message": message}})
