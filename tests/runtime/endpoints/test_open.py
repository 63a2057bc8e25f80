"""Which server an endpoint is, at which address and with which token."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.compiler.graph import Node
from synthc.runtime.endpoints.embedded.endpoint import EmbeddedEndpoint
from synthc.runtime.endpoints.open import open_endpoint
from synthc.runtime.endpoints.tgi import TgiEndpoint
from synthc.runtime.errors import InputError
from tests.runtime.spec import spec

ASKING = """
endpoint llm = {server}
prompt say(text: text) -> text {{
  ask = \"\"\"
    {{{{ text }}}}
    \"\"\"
}}
filter out = web
  | ask a = say(text)
"""


def endpoint(folder: Path, server: str) -> Node:
    """Return the node of an endpoint."""
    return spec(folder, ASKING.format(server=server), texts=["a"]).graph.by_name["llm"]


def address(node: Node, override: str | None = None) -> str:
    """Return the address that an endpoint is opened at."""
    opened = open_endpoint(node, override)
    assert isinstance(opened, TgiEndpoint)
    return opened.connection.url


def test_the_address_is_the_spec_s_the_environment_s_or_the_command_line_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The later wins."""
    written = endpoint(tmp_path, 'tgi("http://localhost:1")')
    read = endpoint(tmp_path, 'tgi(env("LLM_URL", "http://localhost:2"))')

    assert address(written) == "http://localhost:1"
    assert address(read) == "http://localhost:2"
    monkeypatch.setenv("LLM_URL", "http://localhost:3")
    assert address(read) == "http://localhost:3"
    assert address(read, "tgi:http://localhost:4") == "http://localhost:4"
    assert isinstance(open_endpoint(read, "embedded"), EmbeddedEndpoint)


def test_the_token_is_read_when_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in no graph; an unset one is named."""
    node = endpoint(tmp_path, 'tgi("http://localhost:1") {\n  token = secret("LLM_TOKEN")\n}')

    with pytest.raises(InputError, match=r"^endpoint `llm` needs the secret `LLM_TOKEN`; set that environment variable$"):
        open_endpoint(node, None)
    monkeypatch.setenv("LLM_TOKEN", "hunter2\n")
    opened = open_endpoint(node, None)
    assert isinstance(opened, TgiEndpoint)
    assert opened.connection.token == "hunter2"
    assert "hunter2" not in repr(node)
    assert "hunter2" not in repr(opened)


def test_no_token_is_sent_that_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the Hub's, which other clients send."""
    monkeypatch.setenv("HF_TOKEN", "hunter2")
    opened = open_endpoint(endpoint(tmp_path, 'tgi("http://localhost:1")'), None)

    assert isinstance(opened, TgiEndpoint)
    assert opened.connection.token is None


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    """With those there are."""
    with pytest.raises(InputError, match=r"^`--endpoint llm=vllm:https://x`: kinds are `tgi:URL`, `openai:URL` and `embedded`$"):
        open_endpoint(endpoint(tmp_path, 'tgi("http://localhost:1")'), "vllm:https://x")


def test_an_address_that_is_not_set_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That says how to give one."""
    node = endpoint(tmp_path, 'tgi(env("LLM_URL", ""))')
    monkeypatch.delenv("LLM_URL", raising=False)

    with pytest.raises(InputError, match=r"^spec.synth:6:10: the address of endpoint `llm` stands in `LLM_URL`, which is not set; set it, or say `--endpoint llm=tgi:URL` or `--endpoint llm=embedded`$"):
        open_endpoint(node, None)
