"""Rewrites of the graph: what they change, what they leave alone, and that no row depends on them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from synthc.compiler import compile as compiling
from synthc.compiler.compile import compile_spec
from synthc.compiler.graph import Graph
from synthc.runtime.endpoints.fake import FakeEndpoint
from tests.runtime.spec import Spec, spec

HEAD = """
prompt say(text: text) -> int {
  temperature = 0.7
  retries     = 0
  ask = \"\"\"
    {{ text }}
    \"\"\"
}
endpoint llm = tgi("http://localhost:1") { concurrency = 2 }
"""
KEPT, FAILS = "ask a = say(text) { on_fail = keep }", "ask a = say(text)"


def steps(graph: Graph, name: str = "out") -> list[str]:
    """Return the verbs of a declaration."""
    return [step.verb for step in graph.by_name[name].steps]


def written(folder: Path, *lines: str, head: str = "filter out = web") -> Spec:
    """Return a spec whose answers fail for every third row."""
    body = "".join(f"  | {line}\n" for line in lines)
    text = HEAD + f"{head} {{ max_failures = 100% }}\n{body}"
    texts = [f"{n % 40} {'word ' * (n % 7)}" for n in range(120)]
    return spec(folder, text, texts=texts, reply=lambda request: "none" if int(request.text.split()[0]) % 3 == 0 else request.text.split()[0])


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        ((KEPT, "where words(text) > 3"), ["where", "ask"]),
        ((KEPT, "take 5"), ["take", "ask"]),
        ((KEPT, "dedup text"), ["dedup", "ask"]),
        ((KEPT, "where words(text) > 3", "sample 9", "where a.ok"), ["where", "sample", "ask", "where"]),
        ((KEPT, KEPT.replace("a =", "b ="), "take 5"), ["take", "ask", "ask"]),
        ((FAILS, "where words(text) > 3"), ["ask", "where"]),
        ((FAILS, "take 5"), ["ask", "take"]),
        ((KEPT, "where a.ok"), ["ask", "where"]),
        ((KEPT, "where a.ok", "take 5"), ["ask", "where", "take"]),
        ((KEPT, "let n = words(text)", "where n > 3"), ["ask", "let", "where"]),
    ],
)
def test_what_drops_rows_moves_in_front_of_an_ask_that_keeps_them(tmp_path: Path, lines: tuple[str, ...], after: list[str]) -> None:
    """Where it doesn't read the answer; an ask that may set rows aside is left where it is, and so is all behind it."""
    assert steps(written(tmp_path, *lines).graph) == after


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        ((KEPT, "select text"), ["select"]),
        ((KEPT, "where words(text) > 3", "select text"), ["where", "select"]),
        ((KEPT, "select text, said = a.raw"), ["ask", "select"]),
        ((KEPT, "where a.ok", "select text"), ["ask", "where", "select"]),
        ((FAILS, "select text"), ["ask", "select"]),
        ((KEPT,), ["ask"]),
    ],
)
def test_an_answer_that_is_gone_before_it_is_read_is_not_asked_for(tmp_path: Path, lines: tuple[str, ...], after: list[str]) -> None:
    """One that stays in the rows is read by whoever looks at them, and one that may fail decides which rows there are."""
    assert steps(written(tmp_path, *lines, head="transform out = web").graph) == after


def test_a_grid_is_drawn_by_its_first_sample_alone(tmp_path: Path) -> None:
    """So that none moves there."""
    text = HEAD.replace("say(text: text)", "say(n: int)").replace("{{ text }}", "{{ n }}") + "generate out = grid(n = 1..90)\n  | ask a = say(n) { on_fail = keep }\n  | sample 9\n"

    assert steps(spec(tmp_path, text).graph) == ["ask", "sample"]


POOL = [KEPT, KEPT.replace("a =", "b ="), FAILS.replace("a =", "c ="), "where words(text) > 2", "where a.ok", "take 50", "sample 60", "sample 50%", "dedup text", "shuffle", "top 40 by words(text)", "let n = words(text)", "spread text { most = 2 }"]


def made(folder: Path, lines: list[str]) -> tuple[Any, list[dict[str, Any]], set[str]] | None:
    """Return rows, what was set aside, and what was asked; None where the steps are no spec."""
    node = written(folder, *lines, head="transform out = web")
    try:
        graph = node.graph
    except AssertionError:
        return None
    assert graph.by_name["out"]
    rows = node.rows("out")
    aside = sorted(({key: one[key] for key in ("row", "place", "reason")} for one in node.failures("out")), key=str)
    assert isinstance(node.endpoint, FakeEndpoint)
    return rows, aside, {f"{request.text} {request.seed}" for request in node.endpoint.asked}


def test_rows_are_the_same_with_and_without_the_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is what was set aside; what is asked is never more, and less where a pass found something. Steps are drawn at random."""
    drawn, fewer, tried = random.Random(5), 0, 0
    while tried < 40:
        lines = [*dict.fromkeys(drawn.sample(POOL, drawn.randint(2, 6))), *(["select text"] if drawn.random() < 0.3 else [])]
        with monkeypatch.context() as plain:
            plain.setattr(compiling, "PASSES", ())
            before = made(tmp_path / f"plain{tried}", lines)
        if before is None:
            continue
        after = made(tmp_path / f"passed{tried}", lines)
        assert after is not None
        tried += 1
        assert after[0].equals(before[0]), lines
        assert after[1] == before[1], lines
        # Rows that a `take` needs no more may have been asked about already.
        assert after[2] <= before[2] or any("take" in line for line in lines), lines
        fewer += after[2] < before[2]
    assert fewer >= 5


def test_a_compiled_spec_says_which_passes_found_something(tmp_path: Path) -> None:
    """With the graph before each."""
    node = written(tmp_path, KEPT, "take 5")
    assert node.graph
    compiled = compile_spec(tmp_path / "spec.synth", tmp_path)

    assert [(one.name, steps(one.before), steps(one.after)) for one in compiled.rewrites] == [("drop-before-ask", ["ask", "take"], ["take", "ask"])]
