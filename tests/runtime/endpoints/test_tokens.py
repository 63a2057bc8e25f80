"""A token goes to the endpoint that names it and nowhere else: no file, no output, no other server has it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from aiohttp import web

from synthc.runtime.errors import OutsideFault
from tests.cli.project import Project
from tests.runtime.endpoints.openai_server import OpenaiServer
from tests.runtime.endpoints.tgi_server import TgiServer

SENTINEL = "sentinel-8c1f"
SPEC = """synth 1

public source web = files("web.jsonl") {{
  text    = .text
  license = "CC0-1.0"
}}

endpoint named = tgi("{named}") {{
  token   = secret("NAMED_TOKEN")
  default = true
}}
endpoint other = openai("{other}")

prompt chatty(text: text) -> "yes" | "no" {{
  ask = \"\"\"
    Typed on a phone? {{{{ text }}}}
    \"\"\"
}}

filter typed = web {{
  max_failures = 50%
}}
  | ask first = chatty(text)
  | ask second = chatty(text) using other
  | where first == "yes" and second == "yes"
"""


@contextmanager
def served(*servers: TgiServer | OpenaiServer) -> Iterator[None]:
    """Run servers in another thread, so that a command of this one can ask them."""
    ready, done = Event(), Event()

    async def run() -> None:
        async with AsyncExitStack() as stack:
            for server in servers:
                await stack.enter_async_context(server.running())
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(300)
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    """Return a project in which a token is set, and the Hub's too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NAMED_TOKEN", SENTINEL)
    monkeypatch.setenv("HF_TOKEN", SENTINEL)
    (tmp_path / "web.jsonl").write_text("".join(json.dumps({"text": f"this is text number {n}"}) + "\n" for n in range(30)))
    return Project(folder=tmp_path, capture=capsys)


def leaks(folder: Path) -> list[str]:
    """Return the files that hold the token."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and SENTINEL.encode() in path.read_bytes()]


@pytest.mark.parametrize("key", [SENTINEL, "another"])
def test_a_token_is_nowhere_but_on_its_way(project: Project, key: str) -> None:
    """Neither when it is right nor when it is refused by a server that says it back."""
    named = TgiServer(key=key, faults=[500, 422, 429])
    other = OpenaiServer(kind="vllm")
    with served(named, other):
        project.write("spec.synth", SPEC.format(named=named.url, other=other.url))
        said = [project.run(*command) for command in (("check",), ("plan",), ("doctor",), ("run",), ("trace", "typed", "1"))]

    assert any(headers.get("Authorization") == f"Bearer {SENTINEL}" for headers in named.headers)
    assert not any("Authorization" in headers for headers in other.headers)
    assert [one for one in said if SENTINEL in one.out + one.err] == []
    assert leaks(project.folder) == []
    assert (said[3].code == 0) == (key == SENTINEL)


def test_a_model_that_changed_during_a_node_stops_the_run(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for again when the last row is answered."""
    models = iter(["abc", *["def"] * 10])
    named, other = TgiServer(), OpenaiServer(kind="vllm")
    told = TgiServer._info

    async def changing(self: TgiServer, request: web.Request) -> web.Response:
        self.model = next(models)
        return await told(self, request)

    monkeypatch.setattr(TgiServer, "_info", changing)
    with served(named, other):
        project.write("spec.synth", SPEC.format(named=named.url, other=other.url))
        said = project.run("run")

    assert said.code == OutsideFault.exit_code
    assert "endpoint `named` answered with toy (abc) and has toy (def) now; serve the first again, or repeat the command" in said.err
