"""A Hub that keeps repositories in memory: the few calls that publishing makes."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_of_a_test"


@dataclass(slots=True, kw_only=True)
class Hub:
    """What was pushed: repositories by kind and name, their files by path."""

    address: str = ""
    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)
    refuse: int | None = None

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Answer one call."""
        parts = path.split("?", maxsplit=1)[0].strip("/").split("/")[1:]
        if self.refuse is not None and method == "POST":
            return self.refuse, {"error": "no"}
        if parts == ["repos", "create"]:
            said = json.loads(body)
            kind = "models" if said.get("type") in {None, "model"} else f"{said['type']}s"
            name = f"{kind}/{said.get('organization', 'me')}/{said['name']}"
            self.repositories.setdefault(name, {})
            return 200, {"url": f"{self.address}/{name.removeprefix('models/')}"}
        if parts[0] == "validate-yaml":
            return 200, {"errors": [], "warnings": []}
        if "/".join(parts[:3]) not in self.repositories:
            return 404, {"error": "there is no such repository"}
        files, act = self.repositories["/".join(parts[:3])], parts[3] if len(parts) > 3 else ""
        if act == "preupload":
            return 200, {"files": [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False} for file in json.loads(body)["files"]]}
        if act == "tree":
            return 200, [{"type": "file", "path": name, "size": len(content), "oid": "0" * 40} for name, content in files.items()]
        if act == "commit":
            self._commit(files, [json.loads(line) for line in body.splitlines()])
            return 200, {"commitUrl": f"{self.address}/{'/'.join(parts[:3]).removeprefix('models/')}/commit/{'1' * 40}", "commitOid": "1" * 40, "hookOutput": ""}
        return 200, {"id": "/".join(parts[1:3]), "sha": "0" * 40}

    def _commit(self, files: dict[str, bytes], lines: list[Any]) -> None:
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "deletedFile":
                del files[value["path"]]
            else:
                self.commits.append(value["summary"])


@contextmanager
def served() -> Iterator[Hub]:
    """Serve a Hub on this machine."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            status, document = hub.answer(self.command, self.path, body) if known else (401, {"error": "who are you?"})
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _reply  # noqa: N815 - the names that the library calls

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
