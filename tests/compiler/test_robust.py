"""Whatever is written, checking returns findings and compiling returns a graph that is sound or none."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from synthc.compiler.compile import check, compile_spec
from synthc.dsl.diagnostic import Severity
from tests.pages import cases

ROOT = Path(__file__).parents[2]
TOUR = (ROOT / "tests" / "golden" / "tour.synth").read_text()
PEOPLE = (ROOT / "tests" / "golden" / "personas.synth").read_text()
PAGES = [case.given for page in sorted((ROOT / "tests" / "language").glob("*.md")) for case in cases(page)]
WORD = re.compile(r'"""|"[^"\n]*"|[\w.%]+|\S')
WORDS = [word for text in (TOUR, *PAGES) for word in WORD.findall(text)]


def mutated(seed: int) -> str:
    """Return the tour or an example of a page with some words replaced, doubled or taken out."""
    dice = random.Random(seed)
    text = TOUR if seed % 3 == 0 else dice.choice(PAGES)
    for _ in range(dice.randrange(1, 4)):
        word = dice.choice(list(WORD.finditer(text)))
        text = text[: word.start()] + dice.choice([dice.choice(WORDS), "", word.group() * 2]) + text[word.end() :]
    return text


@pytest.mark.parametrize("seed", range(120))
def test_any_words(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word in the wrong place is a mistake of the author's and never one of ours."""
    monkeypatch.setenv("SYNTH_TGI_URL", "http://localhost:8080")
    spec = tmp_path / "spec.synth"
    spec.write_text(mutated(seed))
    (tmp_path / "personas.synth").write_text(PEOPLE)

    found = check(spec, tmp_path)
    made = compile_spec(spec, tmp_path)

    assert found == tuple(sorted(found, key=lambda finding: finding.sort_key))
    assert (made.graph is None) == any(finding.severity is Severity.ERROR for finding in made.diagnostics)
