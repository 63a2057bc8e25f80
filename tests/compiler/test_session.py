"""A session finds after any edits what a fresh check of the same texts finds."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from synthc.compiler.session import Session
from synthc.dsl.diagnostic import Diagnostic
from synthc.dsl.tokens import tokens
from tests.dsl.bare import bare

GOLDEN = Path(__file__).parents[1] / "golden"
SPECS = ("tour.synth", "personas.synth")
EDITS = 60


def seen(found: tuple[Diagnostic, ...]) -> list[tuple[object, ...]]:
    """Return all of some findings that a user sees."""
    return [
        (one.rule, one.severity, one.message, one.span.place, one.help, [(label.span.place, label.text) for label in one.labels], one.fix and one.fix.title)
        for one in found
    ]


@dataclass
class Desk:
    """Texts that are being edited, and the session that follows."""

    session: Session
    texts: dict[str, str]

    def put(self, name: str, text: str) -> None:
        """Change one text."""
        self.texts[name] = text
        self.session.put(GOLDEN / name, text)

    def compare(self) -> None:
        """Hold what the session says against a fresh one."""
        fresh = Session(project=GOLDEN)
        for name, text in self.texts.items():
            fresh.put(GOLDEN / name, text)
        for name in SPECS:
            kept, anew = self.session.analyse(GOLDEN / name), fresh.analyse(GOLDEN / name)

            assert seen(kept.diagnostics) == seen(anew.diagnostics)
            if kept.program and anew.program:
                assert bare(kept.program.main.syntax.items) == bare(anew.program.main.syntax.items)
                assert {thing.name for thing in kept.program.all_things()} == {thing.name for thing in anew.program.all_things()}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a desk with the tour on it."""
    monkeypatch.setenv("SYNTH_TGI_URL", "http://localhost:8080")
    desk = Desk(session=Session(project=GOLDEN), texts={})
    for name in SPECS:
        desk.put(name, (GOLDEN / name).read_text())
    return desk


def edited(text: str, chance: random.Random) -> str:
    """Return a text with one word or line removed, doubled, moved or replaced by another of its words."""
    if chance.random() < 0.4:
        lines = text.splitlines(keepends=True)
        at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
        if chance.random() < 0.5:
            lines.insert(to, lines[at])
        else:
            lines.insert(to, lines.pop(at))
        return "".join(lines)
    words = [token for token in tokens(text, 0, len(text)) if not token.trivial]
    word, other = chance.choice(words), chance.choice(words)
    new = chance.choice(["", other.text, f"{word.text} {word.text}", word.text[:-1], "x"])
    return text[: word.start] + new + text[word.end :]


@pytest.mark.parametrize("seed", range(6))
def test_edits_are_checked_as_a_fresh_check_would(desk: Desk, seed: int) -> None:
    """Whatever was typed, and taken back now and then."""
    chance = random.Random(seed)
    whole = dict(desk.texts)
    for count in range(EDITS // 6):
        name = chance.choice(SPECS)
        desk.put(name, whole[name] if count % 4 == 3 else edited(desk.texts[name], chance))
        desk.compare()


def test_a_circle_of_declarations_comes_and_goes(desk: Desk) -> None:
    """What was found out within a circle isn't kept."""
    tour = desk.texts["tour.synth"]
    circle = tour.replace("filter typed = web", "filter typed = spoken")
    for text in (circle, circle.replace("as text\n", "as text \n"), tour, circle, tour):
        desk.put("tour.synth", text)
        desk.compare()


def test_a_circle_of_imports_comes_and_goes(desk: Desk) -> None:
    """It is reported where it closes, seen from the spec that is checked."""
    personas = desk.texts["personas.synth"]
    circle = personas.replace("synth 1\n", 'synth 1\n\nimport "tour.synth" as tour\n')
    for text in (circle, personas, circle):
        desk.put("personas.synth", text)
        desk.compare()


def test_a_file_that_comes_into_being_is_found(tmp_path: Path) -> None:
    """And one that goes is missed."""
    main, other = tmp_path / "main.synth", tmp_path / "other.synth"
    main.write_text('synth 1\n\nimport "other.synth" as other\n\nlet x = other.y\n')
    session = Session(project=tmp_path)

    def rules() -> set[str]:
        session.put(other, None)
        return {found.rule for found in session.analyse(main).diagnostics}

    assert rules() == {"unreadable-file"}
    other.write_text("synth 1\n\nlet y = 3\n")
    assert "unreadable-file" not in rules()
    other.unlink()
    assert rules() == {"unreadable-file"}
