"""Places are the same to the editor and to us, whatever the text is made of and however the editor counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synthc.dsl.format import format_source
from synthc.dsl.source import Source
from synthc.lsp.document import Document
from synthc.lsp.formatting import formatting
from synthc.lsp.positions import ENCODINGS, Encoding, lines

TEXTS = st.text(alphabet=["a", "\n", "\r", "\t", "é", "你", "\U0001f600", "\ufeff", " "], max_size=30)
QUIET = settings(deadline=None, derandomize=True, max_examples=150, suppress_health_check=list(HealthCheck))
WIDE = "a\U0001f600b\r\n你\tc\n"


@pytest.mark.parametrize(
    ("encoding", "characters"),
    [("utf-32", [0, 1, 2, 3]), ("utf-16", [0, 1, 3, 4]), ("utf-8", [0, 1, 5, 6])],
)
def test_each_encoding_counts_its_own_units(encoding: Encoding, characters: list[int]) -> None:
    """An emoji is one code point, two units of UTF-16 and four bytes."""
    assert [lines(WIDE, encoding).position(at)["character"] for at in range(4)] == characters


@given(TEXTS, st.sampled_from(ENCODINGS))
@QUIET
def test_there_and_back(text: str, encoding: Encoding) -> None:
    """Every place of a text that isn't inside of a line's end is found again."""
    known = lines(text, encoding)
    for offset in range(len(text) + 1):
        inside = text[offset - 1 : offset + 1] == "\r\n"

        assert known.offset(known.position(offset)) == offset - inside


@given(TEXTS, st.integers(0, 9), st.integers(0, 99), st.sampled_from(ENCODINGS))
@QUIET
def test_places_outside_are_brought_inside(text: str, line: int, character: int, encoding: Encoding) -> None:
    """An editor that points behind the end of a line or a file means its end."""
    assert 0 <= lines(text, encoding).offset({"line": line, "character": character}) <= len(text)


def test_half_an_emoji_is_before_it() -> None:
    """A position within a character is that of the character."""
    assert lines("\U0001f600", "utf-16").offset({"line": 0, "character": 1}) == 0


def test_a_byte_order_mark_is_hidden_only_in_files() -> None:
    """An editor takes the mark off a file that it opens; what it has open it counts as it says."""
    text = "\ufeffsynth 1\n"

    assert lines(text, from_disk=True).position(1) == {"line": 0, "character": 0}
    assert lines(text).position(1) == {"line": 0, "character": 1}


@given(TEXTS, TEXTS, st.data(), st.sampled_from(ENCODINGS))
@QUIET
def test_a_change_replaces_a_stretch(text: str, new: str, data: st.DataObject, encoding: Encoding) -> None:
    """What the editor replaces is replaced here."""
    places = [at for at in range(len(text) + 1) if text[at - 1 : at + 1] != "\r\n"]
    start, end = sorted((data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))))
    document = Document(uri="file:///a.synth", path=Path("/a.synth"), version=1, text=text)
    changed = document.changed(2, [{"range": lines(text, encoding).range(start, end), "text": new}], encoding)

    assert changed.text == text[:start] + new + text[end:]


UNFORMATTED = (
    "synth 1\nlet a=1\n\n\n\nlet b = [1,2]",
    "synth 1\r\nlet  a = 1\r\n",
    "synth 1\n# c\nfilter x=y\n|where a==1|take 5\n\nlet 1\n",
    "",
    "\n\n\nsynth 1",
)


@pytest.mark.parametrize("text", UNFORMATTED)
def test_few_edits_make_the_canonical_form(text: str) -> None:
    """The edits, applied from the last to the first, give what `synthc fmt` writes."""
    source = Source(path="a.synth", text=text)
    made = text
    for edit in sorted(formatting(source), key=lambda edit: -edit.span.start):
        made = made[: edit.span.start] + edit.text + made[edit.span.end :]

    assert made == format_source(source)


def test_a_formatted_line_is_left_alone() -> None:
    """A file of which one line is wrong gets one edit, of that line."""
    (edit,) = formatting(Source(path="a.synth", text="synth 1\n\nlet a = 1\nlet b=2\nlet c = 3\n"))

    assert (edit.span.text, edit.text) == ("let b=2\n", "let b = 2\n")
