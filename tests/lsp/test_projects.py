"""Several files, open and on the disk: what one says is checked in all that read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.conversation import NEOVIM, VS_CODE, Conversation, conversation, place

LISTS = 'synth 1\n\nlet apps = ["chat", "mail"]\n'
SPEC = 'synth 1\n\nimport "lists.synth" as lists\n\ngenerate a = grid(app = lists.apps)\n'
NEW, CHANGED, DELETED = 1, 2, 3


@pytest.fixture(scope="module")
def told() -> Iterator[Conversation]:
    """An editor that is told findings."""
    with conversation(NEOVIM, []) as talk:
        yield talk


@pytest.fixture(scope="module")
def asking() -> Iterator[Conversation]:
    """An editor that asks for findings."""
    with conversation(VS_CODE, []) as talk:
        yield talk


def folder(editor: Conversation, path: Path, **files: str) -> Path:
    """Open a folder with some files in the editor."""
    for name, text in files.items():
        (path / f"{name}.synth").write_bytes(text.encode())
    added = [{"uri": path.as_uri(), "name": path.name}]
    editor.notify("workspace/didChangeWorkspaceFolders", event={"added": added, "removed": []})
    return path


def uri(path: Path, name: str) -> str:
    """Return the URI of a spec in a folder."""
    return (path / f"{name}.synth").as_uri()


def until(editor: Conversation, file: str, wanted: list[str]) -> None:
    """Wait until these are the findings of a file."""
    while rules(editor.told.get(file, {"diagnostics": [{"code": ""}]})["diagnostics"]) != wanted:
        editor.receive()


def rules(found: list[dict[str, Any]]) -> list[str]:
    """Return the rules of findings."""
    return [one["code"] for one in found]


def happened(editor: Conversation, file: str, what: int) -> None:
    """Tell that a file of the disk was made, changed or removed."""
    editor.notify("workspace/didChangeWatchedFiles", changes=[{"uri": file, "type": what}])


def test_an_importer_is_checked_with_what_it_imports(told: Conversation, tmp_path: Path) -> None:
    """A name that is gone in one open file is missed in the other, and found again."""
    folder(told, tmp_path, lists=LISTS, spec=SPEC)
    told.open(uri(tmp_path, "lists"), LISTS)
    told.open(uri(tmp_path, "spec"), SPEC)

    assert rules(told.findings(uri(tmp_path, "spec"))) == []
    told.change(uri(tmp_path, "lists"), LISTS.replace("apps", "app"), "utf-32")
    assert rules(told.wait_for(uri(tmp_path, "spec"))) == ["unknown-name"]
    told.change(uri(tmp_path, "lists"), LISTS, "utf-32")
    assert rules(told.wait_for(uri(tmp_path, "spec"))) == []


def test_an_importer_that_is_closed_is_checked_too(told: Conversation, tmp_path: Path) -> None:
    """A mistake that shows in a file of the disk is told, and taken back when nobody looks any more."""
    folder(told, tmp_path, lists=LISTS, spec=SPEC)
    told.open(uri(tmp_path, "lists"), LISTS)
    told.ask("workspace/symbol", query="")
    told.change(uri(tmp_path, "lists"), LISTS.replace("apps", "app"), "utf-32")

    assert rules(told.wait_for(uri(tmp_path, "spec"))) == ["unknown-name"]
    told.notify("textDocument/didClose", textDocument={"uri": uri(tmp_path, "lists")})
    assert rules(told.wait_for(uri(tmp_path, "spec"))) == []


def test_what_several_specs_find_is_shown_once(told: Conversation, tmp_path: Path) -> None:
    """A mistake in a file that two others import is one mistake."""
    wrong = LISTS + "\nlet more = apps + nothing\n"
    folder(told, tmp_path, lists=wrong, spec=SPEC, other=SPEC)
    for name, text in (("lists", wrong), ("spec", SPEC), ("other", SPEC)):
        told.open(uri(tmp_path, name), text)
    told.findings(uri(tmp_path, "other"))
    told.change(uri(tmp_path, "lists"), wrong + "\n", "utf-32")

    assert rules(told.findings(uri(tmp_path, "lists"))) == ["unknown-name"]


def test_files_come_and_go(told: Conversation, tmp_path: Path) -> None:
    """A file that is imported may be made, changed and removed outside of the editor."""
    folder(told, tmp_path, spec=SPEC)
    told.open(uri(tmp_path, "spec"), SPEC)
    lists = tmp_path / "lists.synth"

    assert rules(told.findings(uri(tmp_path, "spec"))) == ["unreadable-file"]
    lists.write_text(LISTS)
    happened(told, lists.as_uri(), NEW)
    assert rules(told.wait_for(uri(tmp_path, "spec"))) == []
    lists.write_text("synth 1\n")
    happened(told, lists.as_uri(), CHANGED)
    assert rules(told.wait_for(uri(tmp_path, "spec"))) == ["unknown-name"]
    lists.unlink()
    happened(told, lists.as_uri(), DELETED)
    assert rules(told.wait_for(uri(tmp_path, "spec"))) == ["unreadable-file"]


def test_a_circle_of_imports_is_made_and_unmade(told: Conversation, tmp_path: Path) -> None:
    """Each of two files that import each other hears of it, and of its end."""
    folder(told, tmp_path, lists=LISTS, spec=SPEC)
    told.open(uri(tmp_path, "lists"), LISTS)
    told.open(uri(tmp_path, "spec"), SPEC)
    told.findings(uri(tmp_path, "spec"))
    told.change(uri(tmp_path, "lists"), LISTS.replace("\n\n", '\n\nimport "spec.synth" as spec\n\n', 1), "utf-32")
    until(told, uri(tmp_path, "spec"), ["import-cycle"])
    until(told, uri(tmp_path, "lists"), ["import-cycle"])

    told.change(uri(tmp_path, "lists"), LISTS, "utf-32")

    until(told, uri(tmp_path, "spec"), [])
    until(told, uri(tmp_path, "lists"), [])


def test_a_file_that_is_far_too_long(told: Conversation, tmp_path: Path) -> None:
    """Data under a wrong name is not read for minutes: it is said to be no spec, and mended it is one."""
    told.open(uri(tmp_path, "spec"), "synth 1\n" + "# data\n" * 600_000)

    assert [one["message"] for one in told.findings(uri(tmp_path, "spec"))] == ["`spec.synth` cannot be read: it has more than 4,000,000 characters, which no spec has"]
    told.change(uri(tmp_path, "spec"), "synth 1\n", "utf-32")
    assert told.findings(uri(tmp_path, "spec")) == []


def test_what_is_typed_counts_and_not_what_is_saved(told: Conversation, tmp_path: Path) -> None:
    """A file that is open is read from the editor, until it is closed."""
    folder(told, tmp_path, lists="synth 1\n", spec=SPEC)
    told.open(uri(tmp_path, "lists"), LISTS)
    told.open(uri(tmp_path, "spec"), SPEC)

    assert rules(told.findings(uri(tmp_path, "spec"))) == []
    told.notify("textDocument/didClose", textDocument={"uri": uri(tmp_path, "lists")})
    assert rules(told.wait_for(uri(tmp_path, "spec"))) == ["unknown-name"]


def test_a_late_change_is_dropped(told: Conversation, tmp_path: Path) -> None:
    """A change of an older version than what is known changes nothing."""
    file = uri(tmp_path, "spec")
    told.open(file, "synth 1\n")
    told.change(file, "synth 1\n\nlet a = b\n", "utf-32")
    told.notify("textDocument/didChange", textDocument={"uri": file, "version": 0}, contentChanges=[{"text": "garbage"}])
    told.change(file, "synth 1\n\nlet a = c\n", "utf-32")

    assert [one["message"].partition("\n")[0] for one in told.findings(file)] == ["a constant is wanted here, and nothing is called `c`"]


def test_untitled(told: Conversation) -> None:
    """A text that is no file yet is checked like one."""
    told.open("untitled:Untitled-1", "let a = 1\n")

    assert rules(told.findings("untitled:Untitled-1")) == ["missing-edition"]
    (action,) = told.ask("textDocument/codeAction", textDocument={"uri": "untitled:Untitled-1"}, range=EVERYWHERE, context={"diagnostics": [], "only": ["quickfix"]})
    assert list(action["edit"]["changes"]) == ["untitled:Untitled-1"]


EVERYWHERE = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}


def test_outside_of_every_folder(told: Conversation, tmp_path: Path) -> None:
    """A file that lies elsewhere imports from its own folder."""
    (tmp_path / "lists.synth").write_text(LISTS)
    told.open(uri(tmp_path, "spec"), SPEC)

    assert rules(told.findings(uri(tmp_path, "spec"))) == []


def test_renamed_in_open_and_closed_files(asking: Conversation, tmp_path: Path) -> None:
    """Each file gets its own edits, an open one for the version that was seen; places in a file with a byte order mark fit."""
    folder(asking, tmp_path, lists="\ufeff" + LISTS.replace("\n", "\r\n").replace("synth 1\r\n\r\n", "synth 1\r\n"), spec=SPEC)
    asking.open(uri(tmp_path, "spec"), SPEC)
    edit = asking.ask("textDocument/rename", textDocument={"uri": uri(tmp_path, "spec")}, position=place(SPEC, "apps"), newName="programs")
    changes = {one["textDocument"]["uri"]: (one["textDocument"]["version"], one["edits"]) for one in edit["documentChanges"]}

    assert {file: version for file, (version, _) in changes.items()} == {uri(tmp_path, "spec"): 1, uri(tmp_path, "lists"): None}
    assert changes[uri(tmp_path, "lists")][1] == [{"range": {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 8}}, "newText": "programs"}]


def test_a_name_that_is_taken_is_refused(asking: Conversation, tmp_path: Path) -> None:
    """The editor is told why."""
    asking.open(uri(tmp_path, "two"), "synth 1\n\nlet a = 1\nlet b = 2\n")
    refused = asking.ask("textDocument/rename", textDocument={"uri": uri(tmp_path, "two")}, position={"line": 2, "character": 4}, newName="b")

    assert refused["message"] == "`b` is declared already"


def test_asked_for_findings(asking: Conversation, tmp_path: Path) -> None:
    """An editor that asks is given the findings of the text as it is, or told that they are the same; nothing is pushed."""
    file = uri(tmp_path, "asked")
    asking.open(file, "synth 1\n\nlet a = b\n")
    first = asking.ask("textDocument/diagnostic", textDocument={"uri": file})
    asking.change(file, "synth 1\n\nlet a = b\n\n")
    again = asking.ask("textDocument/diagnostic", textDocument={"uri": file}, previousResultId=first["resultId"])

    assert rules(first["items"]) == ["unknown-name"]
    assert again == {"kind": "unchanged", "resultId": first["resultId"]}
    assert file not in asking.told


def test_asked_to_ask_again(asking: Conversation, tmp_path: Path) -> None:
    """A change that may be seen in another open file has the editor ask for that one's findings."""
    folder(asking, tmp_path, lists=LISTS, spec=SPEC)
    asking.open(uri(tmp_path, "lists"), LISTS)
    asking.open(uri(tmp_path, "spec"), SPEC)
    asking.ask("textDocument/diagnostic", textDocument={"uri": uri(tmp_path, "spec")})
    asking.asked.clear()
    asking.change(uri(tmp_path, "lists"), "synth 1\n")
    while "workspace/diagnostic/refresh" not in asking.asked:
        asking.receive()

    assert rules(asking.ask("textDocument/diagnostic", textDocument={"uri": uri(tmp_path, "spec")})["items"]) == ["unknown-name"]


def test_moved(asking: Conversation, tmp_path: Path) -> None:
    """A spec that is moved is imported from its new place, and reads what it read."""
    data = 'public source web = files(["web.jsonl", "old/*.gz"])\n'
    folder(asking, tmp_path, lists=LISTS, spec=f"{SPEC}\n{data}")
    files = [{"oldUri": uri(tmp_path, name), "newUri": uri(tmp_path / "deep", name)} for name in ("spec",)]
    edit = asking.ask("workspace/willRenameFiles", files=files)
    (change,) = edit["documentChanges"]

    assert [one["newText"] for one in change["edits"]] == ["../lists.synth", "../web.jsonl", "../old/*.gz"]
    edit = asking.ask("workspace/willRenameFiles", files=[{"oldUri": uri(tmp_path, "lists"), "newUri": uri(tmp_path, "names")}])
    assert [(one["textDocument"]["uri"], [e["newText"] for e in one["edits"]]) for one in edit["documentChanges"]] == [(uri(tmp_path, "spec"), ["names.synth"])]
    together = [{"oldUri": uri(tmp_path, name), "newUri": uri(tmp_path / "deep", name)} for name in ("lists", "spec")]
    edit = asking.ask("workspace/willRenameFiles", files=together)
    assert [one["newText"] for change in edit["documentChanges"] for one in change["edits"]] == ["../web.jsonl", "../old/*.gz"]


def test_names_of_all_files(asking: Conversation, tmp_path: Path) -> None:
    """A file need not be open for its names to be found; one that is hidden or built isn't looked into."""
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "old.synth").write_text("synth 1\n\nlet needle_of_old = 1\n")
    folder(asking, tmp_path, lists="synth 1\n\nlet needle = 1\n", spec="synth 1\n\nlet a_needle = 1\n")
    found = asking.ask("workspace/symbol", query="needle")

    assert [one["name"] for one in found] == ["needle", "a_needle"]


def test_two_folders(asking: Conversation, tmp_path: Path) -> None:
    """Each folder has its own files of the same name."""
    for name, text in (("one", LISTS), ("two", "synth 1\n")):
        (tmp_path / name).mkdir()
        folder(asking, tmp_path / name, lists=text, spec=SPEC)
        asking.open(uri(tmp_path / name, "spec"), SPEC)
    found = [asking.ask("textDocument/diagnostic", textDocument={"uri": uri(tmp_path / name, "spec")}) for name in ("one", "two")]

    assert [rules(one["items"]) for one in found] == [[], ["unknown-name"]]
