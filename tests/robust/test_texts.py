"""Whatever characters come, by whatever way: in the file, from the command line, from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.compiler.compile import check
from synthc.dsl import parse as parsing
from synthc.dsl.items import cut
from synthc.dsl.source import Source
from tests.robust.inputs import made
from tests.robust.promises import FORMATS, TARGETS, checks, shows

ODD = ["\0", "\ufeff", "\u2028", "\u202e", "\x85", "\x1b[2J", "e\u0301", "\ud800", "\U0010ffff", "\r", "\t", "9" * 5000, "1e999999", '"' * 99, "(" * 5000, "{{", "\n\nlet b = 1", "", " ", "-" * 500 + "1", "[" * 500]
TYPES = ["int", "float", "text", "bool", "share", "date", "list(text)", '"yes" | "no"', "{ a: int }"]


@pytest.mark.parametrize("target", TARGETS)
def test_texts_of_every_kind(target: str) -> None:
    """The first few hundred of the texts that bench/fuzz tries by the hundred thousand."""
    for number in range(150):
        TARGETS[target](made(number))


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_characters_from_the_command_line(odd: str) -> None:
    """A param takes them or is wrong; what is shown of them steers no terminal."""
    for type_ in TYPES:
        found = checks(f"synth 1\nparam size: {type_}\n", params={"size": odd, odd: odd})

        assert all(finding.rule in {"wrong-type", "unknown-param"} for finding in found)


@pytest.mark.parametrize("odd", [odd for odd in ODD if not {"\0", "\ud800"} & set(odd)], ids=repr)
def test_odd_characters_from_the_environment(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are a text like any other."""
    monkeypatch.setenv("ODD", odd)

    assert checks('synth 1\nlet said = env("ODD")\npublic source web = files(said)\n') is not None


@pytest.mark.parametrize("content", [b"\xff\xfe", b"synth 1\nlet a = \xc3\x28", b"\xed\xa0\x80", b"\x80" * 100, b"synth 1\n# \xe2\x28\xa1"])
def test_files_that_are_not_utf_8_are_a_finding(tmp_path: Path, content: bytes) -> None:
    """It says where."""
    (tmp_path / "spec.synth").write_bytes(content)

    found = check(tmp_path / "spec.synth", tmp_path)
    shows(found)

    assert [finding.rule for finding in found] == ["unreadable-file"]
    assert "not UTF-8 at byte" in found[0].message


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\ufeff"])
def test_line_ends_and_marks_of_order_are_no_matter(ends: str) -> None:
    """Files of other systems are read as they are."""
    lines = ["synth 1", "", 'let a = """', "  x", '  """', "let b = a", ""]
    text = ends + "\n".join(lines) if ends == "\ufeff" else ends.join(lines)

    assert {finding.severity.value for finding in checks(text)} <= {"warning"}


def test_every_format_is_tried() -> None:
    """A new one comes with its promises."""
    assert set(FORMATS) == {"text", "concise", "json", "sarif", "github"}


def test_broken_items_are_explained_as_by_lark() -> None:
    """The tables that are driven without Lark stop where Lark stops, and would have taken the same there."""
    for number in range(200):
        source = Source(path="spec.synth", text=made(number))
        for place in cut(source):
            quick, slow = (way(source, place.head, place.end, "item") for way in (parsing._parse, parsing._parse_slowly))

            assert (quick[0] is None) == (slow[0] is None)
            assert sorted(quick[1], key=lambda found: found.sort_key) == sorted(slow[1], key=lambda found: found.sort_key)


@pytest.mark.parametrize("item", ['import "a\0b.synth" as b', 'public source b = files("a\0b.jsonl")', 'private source b = files("b") { user = .u, people = "a\0b", population = 1M }\nbudget b { epsilon = 1, delta = 1e-9 }'])
def test_a_name_that_no_file_can_have(item: str) -> None:
    """The system refuses to look for it, and that is a finding too, or nothing is looked for."""
    assert "\ufffd" in str(checks(f"synth 1\n\n{item}\n")) or "import" not in item
