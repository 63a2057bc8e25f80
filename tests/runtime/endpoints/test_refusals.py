"""What servers and what stands before them say when they do not answer, as real ones word it, is told in a sentence with what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from aiohttp import web

from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.openai import OpenaiEndpoint
from synthc.runtime.endpoints.tgi import TgiEndpoint
from synthc.runtime.errors import RunError

NGINX = "<html>\r\n<head><title>{said}</title></head>\r\n<body>\r\n<center><h1>{said}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
ELSEWHERE = "or point elsewhere with `--endpoint llm=tgi:URL`"
OTHER = f"see that it is Text Generation Inference which listens there, {ELSEWHERE}"
TOKEN = "name its token with `token = secret(...)`, or check it"


class Said(NamedTuple):
    """A response of a server that is asked who it is, and the sentence that it becomes, without the name of the server."""

    status: int
    text: str
    told: str
    headers: Mapping[str, str] = {}


SAID: dict[str, Said] = {
    "a page of a login": Said(200, "<!doctype html><html><body>Please <a href=/login>sign in</a></body></html>", f"answered with something that is not JSON; {OTHER}"),
    "another API": Said(200, '{"hello": 1}', f"answered in a form that is not that of Text Generation Inference; {OTHER}"),
    "no such route": Said(404, "404: Not Found", f"answered 404: Not Found; {OTHER}"),
    "no such route, of FastAPI": Said(404, '{"detail": "Not Found"}', f"answered 404: Not Found; {OTHER}"),
    "no token, of TGI": Said(401, "", f"answered 401; {TOKEN}"),
    "no token, of vLLM": Said(401, '{"error": "Unauthorized"}', f"answered 401: Unauthorized; {TOKEN}"),
    "a wall of fire": Said(403, NGINX.format(said="403 Forbidden"), f"answered 403: Forbidden; {TOKEN}"),
    "no money": Said(402, '{"error": "You have exceeded your monthly included credits."}', "answered 402: You have exceeded your monthly included credits; see to its account"),
    "a gateway without a server": Said(502, NGINX.format(said="502 Bad Gateway"), f"answered 502: Bad Gateway; {OTHER}"),
    "a model that loads, at the Hub": Said(503, '{"error": "Model m is currently loading", "estimated_time": 20.0}', "answered 503: Model m is currently loading; it may be loading its model: repeat the command when it is ready"),
    "a model that loads, of llama.cpp": Said(503, '{"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}', "answered 503: Loading model; it may be loading its model: repeat the command when it is ready"),
    "a house that moved": Said(308, "", f"answered 308: it moved to https://example.org/llm/info; {OTHER}", {"location": "https://example.org/llm/info?key=hunter2"}),
    "an error of vLLM of before": Said(400, '{"object": "error", "message": "no chat template", "type": "BadRequestError", "code": 400}', f"answered 400: no chat template; {OTHER}"),
}


def told(said: Said, kind: type[TgiEndpoint | OpenaiEndpoint]) -> str:
    """Ask a server that says the same to everything who it is, and return what a user reads."""

    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=said.status, text=said.text, headers=said.headers)

    async def run() -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        sockets: Any = site._server
        endpoint = kind(connection=Connection(name="llm", url=f"http://127.0.0.1:{sockets.sockets[0].getsockname()[1]}", timeout=60.0))
        try:
            with pytest.raises(RunError) as found:
                await endpoint.identity()
            return str(found.value).replace(endpoint.connection.where, "").strip()
        finally:
            await endpoint.close()
            await runner.cleanup()

    return asyncio.run(run())


@pytest.mark.parametrize("name", SAID)
def test_what_a_server_says_instead_of_its_name_is_told(name: str) -> None:
    """A page by its title, a refusal by what it says, each with what to do."""
    assert told(SAID[name], TgiEndpoint) == SAID[name].told


@pytest.mark.parametrize("name", ["no token, of vLLM", "no money", "a model that loads, of llama.cpp"])
def test_what_shuts_everybody_out_is_told_of_openai_servers_too(name: str) -> None:
    """In the same words."""
    assert told(SAID[name], OpenaiEndpoint) == SAID[name].told


@pytest.mark.parametrize("url", ["http://[::1", "https://a b", "http://localhost:port", "ftp://localhost"])
def test_what_is_no_address_is_told_without_what_may_be_secret(url: str) -> None:
    """Nothing breaks at an address that nobody can read."""
    with pytest.raises(RunError, match=r"^endpoint `llm`: .* is no address; write it as https://HOST or http://localhost:PORT$") as found:
        Connection(name="llm", url=url.replace("://", "://me:hunter2@"), timeout=1)

    assert "hunter2" not in str(found.value)
