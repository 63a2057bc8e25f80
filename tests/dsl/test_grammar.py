"""The grammar itself: no conflicts, one spelling of each word, tables that are built once."""

from __future__ import annotations

import marshal
import os
import pickle
import subprocess
import sys
from functools import cache
from pathlib import Path

import lark
import pytest
from hypothesis import given

from synthc.dsl import grammar, syntax
from synthc.dsl import parse as parsing
from synthc.dsl.items import cut
from synthc.dsl.source import Source
from synthc.dsl.tokens import RESERVED, tokens
from tests.dsl.bare import bare
from tests.dsl.programs import programs

TOUR = (Path(__file__).parents[1] / "golden" / "tour.synth").read_text()
GRAMMAR = grammar.GRAMMAR.read_text()


@cache
def strict() -> lark.Lark:
    """Return the parser built so that a conflict is an error."""
    return lark.Lark(GRAMMAR, **grammar.OPTIONS, strict=True)


def test_grammar_has_no_conflicts() -> None:
    """LALR resolves conflicts in silence; strict mode doesn't."""
    assert strict().parse(TOUR.splitlines()[0], start="item").data == "edition"


def test_grammar_fits_a_page() -> None:
    """A reader can hold it in mind."""
    assert len(GRAMMAR.splitlines()) <= 150


def test_reserved_words_are_the_grammar_s() -> None:
    """The word list of messages and formatter is the grammar's: all plain words that aren't names by position."""
    words = {str(term.pattern.value) for term in strict().terminals if str(term.pattern.value).isalpha()}

    assert words - {"synth", "import", "prompt", "test", "budget", "publish"} == RESERVED


def lexed(text: str) -> list[tuple[int | None, int | None]]:
    """Return where Lark sees tokens."""
    return [(token.start_pos, token.end_pos) for token in strict().lex(text)]


def scanned(text: str) -> list[tuple[int, int]]:
    """Return where our scanner sees them."""
    return [(token.start, token.end) for token in tokens(text, 0, len(text)) if not token.trivial]


def test_scanner_and_lexer_agree_on_the_tour() -> None:
    """Two spellings of the words of the language would drift apart."""
    assert scanned(TOUR) == lexed(TOUR)


@given(programs())
def test_scanner_and_lexer_agree(text: str) -> None:
    """On any program."""
    assert scanned(text) == lexed(text)


RUN = "from synthc.dsl.parse import parse; from synthc.dsl.source import Source; print(parse(Source(path='x', text='synth 1'))[1])"


def run(cache: Path) -> str:
    """Parse in a fresh process that keeps its tables in a folder."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run([sys.executable, "-c", RUN], env=environment, capture_output=True, text=True, check=True).stdout


def test_tables_are_kept_between_runs(tmp_path: Path) -> None:
    """The first run writes them, the second reads them."""
    assert run(tmp_path) == "()\n"
    kept = written(tmp_path)

    assert run(tmp_path) == "()\n"
    assert len(kept) == 2
    assert kept == written(tmp_path)


def written(cache: Path) -> dict[str, int]:
    """Return when each of the kept files was written."""
    return {file.name: file.stat().st_mtime_ns for file in (cache / "synthc").iterdir()}


@pytest.mark.parametrize("content", [b"", b"junk", pickle.dumps({"data": 1}), marshal.dumps([1, 2])])
def test_spoilt_tables_are_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Whatever stands in the files, parsing works, and the files are mended."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    parse_anew()
    files = sorted((tmp_path / "synthc").iterdir())
    for file in files:
        file.write_bytes(content)

    parse_anew()

    assert len(files) == 2
    assert all(len(file.read_bytes()) > 1000 for file in files)


def parse_anew() -> None:
    """Parse by tables from the folder, both ways."""
    grammar.lark.cache_clear()
    grammar.driven.cache_clear()
    assert parsing.parse_expression(Source(path="x", text="a + 1"), 0, 5)[1] == ()
    assert len(parsing.parse_expression(Source(path="x", text="a +"), 0, 3)[1]) == 1


@given(programs())
def test_driven_tables_say_what_lark_says(text: str) -> None:
    """The fast way and the way through Lark's trees are the same language."""
    written = Source(path="x", text=text)
    for place in cut(written):
        slow, found = parsing._parse_slowly(written, place.head, place.end, "item")
        fast, also = parsing._parse(written, place.head, place.end, "item")

        assert spans(fast) == spans(slow)
        assert bare(fast) == bare(slow)
        assert sorted(also, key=lambda one: one.sort_key) == sorted(found, key=lambda one: one.sort_key)


def spans(item: syntax.Item) -> list[tuple[str, int, int]]:
    """Return the kinds and places of all that stands in an item."""
    return [(type(one).__name__, one.span.start, one.span.end) for one in syntax.walk(item)]


def test_a_folder_that_cannot_be_written_is_no_matter(tmp_path: Path) -> None:
    """Without a cache the tables are built each time."""
    (tmp_path / "file").write_text("")

    assert run(tmp_path / "file") == "()\n"
