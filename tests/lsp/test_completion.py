"""What completion gives an editor: files of the disk, and text that fits what the editor can do."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from synthc.compiler.session import Session
from synthc.lsp.completion import completion
from synthc.lsp.editor import Editor
from synthc.lsp.features import NOTIFICATIONS, REQUESTS
from synthc.lsp.wire import Outbox
from tests.lsp.conversation import NEOVIM, ROOT, VS_CODE
from tests.lsp.views import FOLDER, marked, view_of, workspace_of

HEAVY = {"torch", "flwr", "ray", "polars", "huggingface_hub", "dp_accounting", "opacus", "numpy", "scipy", "aiohttp", "lark"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with data and specs."""
    for name in ("data/web.jsonl", "data/users.parquet", "data/README.md", "lists.synth", ".hidden.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('public source web = files("<|>', ["data/"]),
        ('public source web = files("data/<|>")', ["users.parquet", "web.jsonl"]),
        ('public source web = files(["data/web.jsonl", "./data/w<|>"])', ["users.parquet", "web.jsonl"]),
        ('import "<|>', ["data/", "lists.synth"]),
        ('let a = "<|>"', []),
    ],
)
def test_files_of_the_disk(folder: Path, written: str, expected: list[str]) -> None:
    """Paths count from the spec's folder; only what can be read there is offered."""
    text, offset = marked(f"synth 1\n\n{written}\n")
    _, found = completion(view_of(text, folder=folder), offset)

    assert [one.label for one in found] == expected


RECORD = {"text": "hi", "meta": {"lang": "en", "a b": 1}}


@pytest.mark.parametrize(
    ("visibility", "written", "expected"),
    [
        ("public", "text = .<|>", ['text: "hi"', 'meta: {"lang": "en", "a b": 1}']),
        ("public", "lang = .meta.<|>", ['lang: "en"']),
        ("public", "lang = .text.<|>", []),
        ("private", "text = .<|>", []),
    ],
)
def test_fields_of_public_records(tmp_path: Path, visibility: str, written: str, expected: list[str]) -> None:
    """The first record says which fields there are; one of private text is never looked at."""
    (tmp_path / "rows.jsonl").write_text(json.dumps(RECORD) + "\n")
    text, offset = marked(f'synth 1\n\n{visibility} source rows = files("*.jsonl") {{\n  {written}\n}}\n')
    _, found = completion(view_of(text, folder=tmp_path), offset)

    assert [f"{one.label}: {one.detail}" for one in found] == expected


def items(capabilities: dict[str, Any], text: str) -> dict[str, dict[str, Any]]:
    """Return what an editor is given, by label."""
    text, offset = marked(text)
    editor = Editor(outbox=Outbox(stream=io.BytesIO()))
    REQUESTS["initialize"](editor, {"capabilities": capabilities})
    uri = "file:///nowhere/spec.synth"
    NOTIFICATIONS["textDocument/didOpen"](editor, {"textDocument": {"uri": uri, "version": 1, "text": text}})
    position = {"line": text.count("\n", 0, offset), "character": offset - text.rfind("\n", 0, offset) - 1}
    found = REQUESTS["textDocument/completion"](editor, {"textDocument": {"uri": uri}, "position": position})
    return {item["label"]: item for item in found["items"]}


WHERE = 'synth 1\n\npublic source web = files("web.jsonl")\n\nfilter a = web\n  | where wo<|>rds > 5\n'


def test_a_function_with_its_slots() -> None:
    """The whole word under the cursor is replaced, by a snippet where the editor knows them."""
    snippet = items(VS_CODE, WHERE)["words"]
    plain = items(NEOVIM, WHERE)["words"]

    assert (snippet["insertTextFormat"], snippet["textEdit"]["newText"]) == (2, "words(${1:text})")
    assert (plain["insertTextFormat"], plain["textEdit"]["newText"]) == (1, "words(")
    assert snippet["textEdit"]["range"] == {"start": {"line": 5, "character": 10}, "end": {"line": 5, "character": 15}}


def test_a_setting_with_its_words() -> None:
    """What a setting may be is chosen from a list."""
    given = items(VS_CODE, "synth 1\n\npretrain a = m on web {\n  sche<|>\n}\n")["schedule"]

    assert given["textEdit"]["newText"] == "schedule = ${1|cosine,constant,linear,inverse_sqrt|}"
    assert given["detail"] == "`cosine` or `constant` or `linear` or `inverse_sqrt`; default cosine"


def test_nobody_waits_for_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody types, what stands around the cursor is read anew, and nothing else."""
    path = FOLDER / "spec.synth"
    workspace = workspace_of({path.name: WHERE.partition("filter")[0]})
    workspace.known(path)
    text, offset = marked(WHERE.replace("  | where wo", "  | let size = 1\n  | where si"))
    workspace.change(path.as_uri(), 2, [{"text": text}])
    monkeypatch.delattr(Session, "analyse")
    _, found = completion(workspace.draft(path), offset)

    assert {"text", "size", "words"} <= {one.label for one in found}


def test_serving_imports_nothing_heavy() -> None:
    """Neither what trains and reads data, nor the accountant, nor the grammar's reader."""
    code = "import sys, json, synthc.cli.lsp, synthc.lsp.server; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert not HEAVY & {name.split(".")[0] for name in json.loads(ran.stdout)}
