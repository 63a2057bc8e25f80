"""What the server of the bundled model refuses, and in which words; see serve.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pages import Case, cases
from tests.runtime.endpoints.served import Said, Served, served

PAGE = Path(__file__).parent / "serve.md"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server as the command starts it."""
    with served() as found:
        yield found


def answered(server: Served, request: str) -> Said:
    """Send a request as the page writes it; `repeated` says how often its inputs stand there."""
    first, _, body = request.rstrip("\n").partition("\n")
    method, _, path = first.partition(" ")
    if method == "GET":
        return server.ask(path)
    if '"repeated"' not in body:
        return server.ask(path, body.encode())
    document = json.loads(body)
    document["inputs"] *= document.pop("repeated")
    return server.ask(path, document)


@pytest.mark.parametrize("case", cases(PAGE), ids=str)
def test_a_request_is_refused_as_by_tgi(server: Served, case: Case) -> None:
    """Status and words, in JSON, in an event or in plain text."""
    said = answered(server, case.given)

    case.check(f"{said.status}\n{said.text.rstrip()}\n")


def test_what_is_refused_is_counted_and_holds_nothing(server: Served) -> None:
    """Rules by their kind; what cannot be read was never a request."""
    before = dict(server.generating.metrics.failures)
    server.ask("/generate", {"inputs": ""})
    server.ask("/generate", b"{")

    assert server.generating.metrics.failures == {**before, "validation": before["validation"] + 1}
    assert server.generating.flying == 0


@pytest.mark.parametrize(("body", "headers", "status"), [(b"{}", {"Content-Type": "text/plain"}, 415), (b'"' + b"x" * 2_000_001 + b'"', {}, 413)])
def test_what_is_no_json_or_too_large_is_not_read(server: Served, body: Any, headers: dict[str, str], status: int) -> None:
    """And refused in plain text."""
    said = server.ask("/generate", body, **headers)

    assert said.status == status
    assert said.headers["content-type"].startswith("text/plain")


def test_grammars_are_refused_where_they_are_turned_off() -> None:
    """As by a server that was started so."""
    with served(disable_grammar_support=True) as server:
        said = server.ask("/generate", {"inputs": "x", "parameters": {"grammar": {"type": "regex", "value": "a"}}})

    assert (said.status, said.body) == (422, {"error": "Input validation error: grammar is not supported", "error_type": "validation"})


def test_a_key_is_asked_for_where_something_is_written() -> None:
    """What is told about the server is told to anyone; a wrong key is answered with nothing at all."""
    body = {"inputs": "x", "parameters": {"max_new_tokens": 1}}
    with served(key="hunter2") as server:
        refused = server.ask("/generate", body, key="hunter1")

        assert (refused.status, refused.text) == (401, "")
        assert server.ask("/tokenize", body).status == 401
        assert server.ask("/generate", body, key="hunter2").status == 200
        assert [server.ask(path).status for path in ("/info", "/health", "/ping", "/", "/metrics", "/v1/models")] == [200] * 6
