"""Specs are typed, mended, cut and pasted; after every edit the findings are those of a fresh check of the same text."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthc.compiler.session import Session
from synthc.dsl.tokens import tokens
from tests.lsp.conversation import NEOVIM, Conversation, conversation

ROOT = Path(__file__).parents[2]
SPECS = ("specs/quickstart/quickstart.synth", "tests/golden/tour.synth", "compiler/std/phone.synth")


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conversation]:
    """An editor that is told findings, in an empty folder."""
    folder = tmp_path_factory.mktemp("typed")
    with conversation(NEOVIM, [folder]) as talk:
        yield talk


def fresh(path: Path, text: str) -> list[tuple[str, str]]:
    """Return what a first check of a text finds, by rule and message."""
    session = Session(project=path.parent)
    session.put(path, text)
    found = session.analyse(path).diagnostics
    return sorted((one.rule, one.message + (f"\nhelp: {one.help}" if one.help else "")) for one in found if one.span.source.path == path.name)


def checked(editor: Conversation, path: Path, text: str) -> None:
    """Compare what the editor was told of a text with a fresh check; what the accountant says may come later."""
    expected = fresh(path, text)
    editor.findings(path.as_uri())
    while any(rule == "over-budget" for rule, _ in expected) and told(editor, path) != expected:
        editor.receive()

    assert told(editor, path) == expected


def told(editor: Conversation, path: Path) -> list[tuple[str, str]]:
    """Return what the editor was told of a spec last."""
    return sorted((one["code"], one["message"]) for one in editor.told[path.as_uri()]["diagnostics"])


def spec_in(folder: Path, name: str) -> tuple[Path, str]:
    """Return where a spec is typed, and its text."""
    return folder / Path(name).name, (ROOT / name).read_text()


@pytest.mark.parametrize("name", SPECS)
def test_typed_word_by_word(editor: Conversation, tmp_path: Path, name: str) -> None:
    """From an empty file to the whole spec, every fortieth word compared with a fresh check."""
    path, text = spec_in(tmp_path, name)
    editor.open(path.as_uri(), "")
    ends = [token.end for token in tokens(text, 0, len(text))]
    for at, end in enumerate(ends):
        editor.change(path.as_uri(), text[:end], "utf-32")
        if at % 40 == 0 or end == len(text):
            checked(editor, path, text[:end])


def test_typed_letter_by_letter(editor: Conversation, tmp_path: Path) -> None:
    """One item typed in the middle of a spec, with an answer wanted behind every letter."""
    path, text = spec_in(tmp_path, SPECS[0])
    uri = path.as_uri()
    start, end = text.index("transform spoken"), text.index("generate invented")
    editor.open(uri, text[:start] + text[end:])
    for at in range(start, end + 1):
        typed = text[:at] + text[end:]
        editor.change(uri, typed, "utf-32")
        line, column = typed.count("\n", 0, at), at - typed.rfind("\n", 0, at) - 1
        for method in ("completion", "hover", "signatureHelp"):
            editor.ask(f"textDocument/{method}", textDocument={"uri": uri}, position={"line": line, "character": column})
        if at % 40 == 0:
            checked(editor, path, typed)
    checked(editor, path, text)


@pytest.mark.parametrize("name", SPECS)
def test_lines_deleted_pasted_and_undone(editor: Conversation, tmp_path: Path, name: str) -> None:
    """Any stretch of lines may go, come twice or come elsewhere, and come back."""
    path, text = spec_in(tmp_path, name)
    dice = random.Random(name)  # noqa: S311 - the same edits each time
    editor.open(path.as_uri(), text)
    rows = text.splitlines(keepends=True)
    for _ in range(4):
        low = dice.randrange(len(rows))
        high, to = min(len(rows), low + dice.randint(1, 6)), dice.randrange(len(rows))
        cut = [*rows[:low], *rows[high:]]
        for edited in (cut, [*rows[:to], *rows[low:high], *rows[to:]], [*cut[:to], *rows[low:high], *cut[to:]], rows):
            editor.change(path.as_uri(), "".join(edited), "utf-32")
            editor.ask("textDocument/semanticTokens/full", textDocument={"uri": path.as_uri()})
            checked(editor, path, "".join(edited))


def test_letters_that_are_wide_in_one_encoding(editor: Conversation, tmp_path: Path) -> None:
    """Emoji, CJK, tabs and the line ends of Windows count as the editor counts them."""
    path = tmp_path / "wide.synth"
    text = "synth 1\r\n\r\n# \U0001f600 \u4f60\u597d\r\nlet a = \"\U0001f600\u4f60\"\r\nlet b = [\t\"\U0001f600\", c ]\r\n"
    editor.open(path.as_uri(), "")
    for end in range(len(text) + 1):
        editor.change(path.as_uri(), text[:end], "utf-32")
    checked(editor, path, text)

    assert [one["range"]["start"] for one in editor.findings(path.as_uri())] == [{"line": 4, "character": 15}]
