"""The conversation itself: its start and end, what is garbled, cancelled or unknown, and that nothing ends it but its end."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import converters, types

from synthc.lsp import features
from synthc.lsp.editor import Editor
from synthc.lsp.features import NOTIFICATIONS, REQUESTS
from synthc.lsp.server import Inbox, Server, serve
from synthc.lsp.wire import Outbox, Refused, read
from tests.lsp.conversation import NEOVIM, PLAIN, VS_CODE

ROOT = Path(__file__).parents[2]
TOUR = (ROOT / "tests/golden/tour.synth").read_text()
URI = "file:///nowhere/spec.synth"
START = {"id": 0, "method": "initialize", "params": {"capabilities": {}, "processId": None, "rootUri": None}}
END: list[dict[str, Any]] = [{"id": "end", "method": "shutdown"}, {"method": "exit"}]
OPEN = {"method": "textDocument/didOpen", "params": {"textDocument": {"uri": URI, "languageId": "synth", "version": 1, "text": "let a = 1\n"}}}
HOVER = {"id": 1, "method": "textDocument/hover", "params": {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 4}}}


def sent(*messages: dict[str, Any] | bytes) -> io.BytesIO:
    """Return a stream of messages as an editor sends them."""
    stream = io.BytesIO()
    for message in messages:
        if isinstance(message, bytes):
            stream.write(b"Content-Length: %d\r\n\r\n" % len(message) + message)
        else:
            Outbox(stream=stream).send(message)
    stream.seek(0)
    return stream


def said(*messages: dict[str, Any] | bytes) -> tuple[int, list[Any]]:
    """Return the exit code and the answers to some messages, in their order."""
    answered = io.BytesIO()
    code = serve(sent(*messages), answered)
    answered.seek(0)
    return code, list(iter(lambda: read(answered), None))


def answer(id: Any, *messages: dict[str, Any] | bytes) -> Any:
    """Return the answer to one request among messages."""
    _, answers = said(*messages)
    return next(one for one in answers if one.get("id") == id and "method" not in one)


def test_begins_and_ends() -> None:
    """An editor that says goodbye gets 0."""
    code, answers = said(START, *END)

    assert code == 0
    assert answers[0]["result"]["serverInfo"]["name"] == "synthc"


def test_an_editor_that_is_gone_ends_it() -> None:
    """Without a goodbye the exit code is 1."""
    assert said(START)[0] == 1


@pytest.mark.parametrize(
    ("code", "messages"),
    [
        (-32002, [HOVER, START, *END]),
        (-32600, [START, {"id": 1, "method": "initialize", "params": {}}, *END]),
        (-32600, [START, {"id": 2, "method": "shutdown"}, HOVER, {"method": "exit"}]),
        (-32601, [START, {"id": 1, "method": "textDocument/implementation", "params": {}}, *END]),
    ],
)
def test_out_of_order_or_unknown(code: int, messages: list[Any]) -> None:
    """A request that makes no sense here is refused by the protocol's number, and the conversation goes on."""
    assert answer(1, *messages)["error"]["code"] == code


def test_an_unknown_notification_is_no_matter() -> None:
    """Editors say more than a server needs to know."""
    assert said(START, {"method": "$/setTrace", "params": {"value": "off"}}, {"method": "workspace/didChangeConfiguration"}, *END)[0] == 0


@pytest.mark.parametrize("garbage", [b"{", b"[1]", b"\xff\xfe", b""])
def test_garbage_is_refused(garbage: bytes) -> None:
    """What is no message is answered as the protocol says, and the next one as ever."""
    code, answers = said(START, garbage, OPEN, HOVER, *END)

    assert code == 0
    assert [one["error"]["code"] for one in answers if "error" in one] == [-32700]
    assert any(one.get("id") == 1 and "result" in one for one in answers)


def test_cancelled() -> None:
    """A request that is taken back before its turn is not worked on."""
    answered = io.BytesIO()
    server = Server(inbox=Inbox(stream=sent(START, OPEN, HOVER, *END), cancelled={1}), editor=Editor(outbox=Outbox(stream=answered)))
    server.run()
    answered.seek(0)

    assert [one["error"]["code"] for one in iter(lambda: read(answered), None) if one.get("id") == 1] == [-32800]


def test_our_mistake_is_logged_and_answered_by_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A handler that fails costs one answer, and says whose fault it was."""

    def fail(*_: Any) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setitem(features.REQUESTS, "textDocument/hover", fail)
    code, answers = said(START, OPEN, HOVER, {**HOVER, "id": 2, "method": "textDocument/foldingRange"}, *END)
    logged = [one["params"]["message"] for one in answers if one.get("method") == "window/logMessage"]

    assert code == 0
    assert [one["result"] for one in answers if one.get("id") in {1, 2}] == [None, []]
    assert "this is a bug in synthc, not in your spec" in logged[0]
    assert "on purpose" in logged[0]
    assert "on purpose" in capsys.readouterr().err


REQUEST_PARAMS: dict[str, dict[str, Any]] = {
    "textDocument/rename": {"newName": "renamed"},
    "textDocument/references": {"context": {"includeDeclaration": True}},
    "textDocument/codeAction": {"context": {"diagnostics": []}},
    "textDocument/formatting": {"options": {"tabSize": 2, "insertSpaces": True}},
    "workspace/symbol": {"query": "e"},
    "workspace/willRenameFiles": {"files": [{"oldUri": URI, "newUri": "file:///elsewhere/spec.synth"}]},
}


@pytest.mark.parametrize(("capabilities", "texts"), [(VS_CODE, 6), (NEOVIM, 2), (PLAIN, 2)], ids=["vs-code", "neovim", "plain"])
def test_every_request_anywhere(capabilities: dict[str, Any], texts: int) -> None:
    """In a spec with holes torn into it every request has an answer of the protocol's form, at any place."""
    editor = Editor(outbox=Outbox(stream=io.BytesIO()))
    converter = converters.get_converter()
    converter.structure({"id": 0, "jsonrpc": "2.0", "result": REQUESTS["initialize"](editor, {"capabilities": capabilities})}, types.InitializeResponse)
    dice = random.Random(1)  # noqa: S311 - the same holes each time
    for version in range(texts):
        low = dice.randrange(len(TOUR))
        text = TOUR if version == 0 else TOUR[:low] + TOUR[low + dice.randrange(40) :]
        NOTIFICATIONS["textDocument/didOpen"](editor, {"textDocument": {"uri": URI, "version": version, "text": text}})
        for _ in range(5):
            offset = dice.randrange(len(text))
            position = {"line": text.count("\n", 0, offset), "character": offset - text.rfind("\n", 0, offset) - 1}
            for method in sorted(REQUESTS.keys() - {"initialize"}):
                _ask(editor, converter, method, position)


def _ask(editor: Editor, converter: Any, method: str, position: dict[str, int]) -> None:
    document = {"textDocument": {"uri": URI}, "position": position, "range": {"start": position, "end": {"line": 999, "character": 0}}}
    params = {**document, **REQUEST_PARAMS.get(method, {})}
    if method == "textDocument/semanticTokens/full":
        del params["range"]
    try:
        result = REQUESTS[method](editor, params)
    except Refused:
        return
    converter.structure(json.loads(json.dumps({"id": 1, "jsonrpc": "2.0", "result": result})), types.METHOD_TO_TYPES[method][1])
