"""The server of the bundled model, in a thread of the tests."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from synthc.runtime.endpoints.embedded.server.batching import Batching, Row
from synthc.runtime.endpoints.embedded.server.generating import Generating
from synthc.runtime.endpoints.embedded.server.limits import Limits
from synthc.runtime.endpoints.embedded.server.serve import Server, serving
from tests.waiting import LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer: status, headers in lower case, body."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)

    @property
    def events(self) -> list[Any]:
        """The events of a stream."""
        texts = [line.removeprefix("data:").strip() for line in self.text.splitlines() if line.startswith("data:")]
        return [text if text == "[DONE]" else json.loads(text) for text in texts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that listens."""

    url: str
    generating: Generating

    def ask(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Said:
        """Send a body, JSON unless it is bytes, or read a page."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {**({} if data is None else {"Content-Type": "application/json"}), **headers}
        request = urllib.request.Request(self.url + path, data, {**sent, **({"Authorization": f"Bearer {key}"} if key else {})})
        try:
            with urllib.request.urlopen(request, timeout=LONGEST) as response:
                return _said(response)
        except urllib.error.HTTPError as refused:
            return _said(refused)

    def generate(self, inputs: str, **parameters: Any) -> Any:
        """Return the body of a whole answer."""
        return self.ask("/generate", {"inputs": inputs, "parameters": parameters}).body


def _said(response: Any) -> Said:
    return Said(status=response.status, headers={name.lower(): value for name, value in response.headers.items()}, text=response.read().decode())


@contextmanager
def served(*, key: str | None = None, patience: float = 5.0, pause: float = 0.0, **limits: Any) -> Iterator[Served]:
    """Serve while the block lasts; each token takes `pause` seconds longer than it has to."""
    ready, told = threading.Event(), asyncio.Event()
    found: list[Any] = []

    async def run() -> None:
        async with serving(Server(key=key, limits=Limits(**limits), patience=patience)) as listening:
            found.extend((asyncio.get_running_loop(), Served(url=listening.url, generating=listening.generating)))
            ready.set()
            await told.wait()

    step = Batching._step

    def slowly(self: Batching, rows: list[Row]) -> list[Row]:
        time.sleep(pause)
        return step(self, rows)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert ready.wait(LONGEST)
    loop, server = found
    try:
        with patch.object(Batching, "_step", slowly):
            yield server
    finally:
        loop.call_soon_threadsafe(told.set)
        thread.join()
