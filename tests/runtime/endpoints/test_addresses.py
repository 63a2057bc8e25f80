"""What is sent where: encrypted or on this machine, with the token of that server alone."""

from __future__ import annotations

import asyncio

import pytest

from synthc.runtime.endpoints.base import EndpointError
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.tgi import TgiEndpoint
from synthc.runtime.errors import InputError
from tests.runtime.endpoints.questions import answer, complete
from tests.runtime.endpoints.tgi_server import TgiServer


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.org", "endpoint `llm`: http://example.org is not encrypted; use https, an address of this machine, or say `insecure = true`"),
        ("http://user:hunter2@example.org/x?key=hunter2", "endpoint `llm`: http://example.org/x is not encrypted; use https, an address of this machine, or say `insecure = true`"),
        ("localhost:8080", "endpoint `llm`: localhost:8080 is no address; write it as https://HOST or http://localhost:PORT"),
        ("ftp://localhost", "endpoint `llm`: ftp://localhost is no address; write it as https://HOST or http://localhost:PORT"),
        ("http://localhost:99999", "endpoint `llm`: http://localhost:99999 is no address; write it as https://HOST or http://localhost:PORT"),
        ("https://my host", "endpoint `llm`: https://my host is no address; write it as https://HOST or http://localhost:PORT"),
    ],
)
def test_an_address_is_encrypted_or_of_this_machine(url: str, message: str) -> None:
    """And is shown without what is secret in it."""
    with pytest.raises(InputError) as found:
        Connection(name="llm", url=url, timeout=60.0)

    assert str(found.value) == message


@pytest.mark.parametrize(("url", "remote"), [("https://example.org", True), ("https://localhost", False), ("http://127.0.0.1:80", False), ("http://[::1]:80", False), ("https://localhost.example.org", True)])
def test_only_this_machine_is_not_remote(url: str, remote: bool) -> None:  # noqa: FBT001
    """Whatever the address looks like."""
    assert TgiEndpoint(connection=Connection(name="llm", url=url, timeout=60.0)).remote is remote


def test_the_token_is_sent_where_it_is_named_and_never_shown() -> None:
    """Not even where a server repeats it."""
    server = TgiServer(key="hunter2")
    with pytest.raises(EndpointError, match=r"answered 401; name its token with `token = secret\(...\)`, or check it$") as refused:
        answer(server, complete())
    server.faults = [500]
    with pytest.raises(EndpointError) as repeated:
        answer(server, complete(), token="wrong")

    assert answer(TgiServer(key="hunter2"), complete(), token="hunter2").text == "hello"
    assert refused.value.gone
    assert "Authorization" not in server.headers[0]
    assert "wrong" not in str(repeated.value)


def test_a_token_that_would_become_two_headers_is_refused() -> None:
    """Without being shown."""
    with pytest.raises(InputError) as problem:
        Connection(name="llm", url="https://example.org", timeout=60.0, token="hunter2\nX-Other: 1")

    assert str(problem.value) == "endpoint `llm`: its token holds characters that no token has, such as the end of a line; look at the secret that it comes from"


def test_a_name_and_password_in_the_address_are_sent_as_such() -> None:
    """They stay out of the request's line, its host, and whatever is shown."""
    server = TgiServer()

    async def run() -> None:
        async with server.running():
            connection = Connection(name="llm", url=f"http://me:hunter%202@127.0.0.1:{server.port}", timeout=60.0)
            await connection.send("POST", "/generate", {"inputs": "x", "parameters": {"do_sample": False}})
            assert "hunter" not in repr(connection) + repr(connection._client) + connection.where
            await connection.close()

    asyncio.run(run())

    assert server.headers[0]["Authorization"] == "Basic bWU6aHVudGVyIDI="
    assert server.headers[0]["Host"] == f"127.0.0.1:{server.port}"
