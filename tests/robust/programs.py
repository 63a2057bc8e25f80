"""Random programs of every kind of declaration, many of which leak: what is private flows wherever it may be written."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

HEAD = """synth 1

endpoint near_by = embedded() { default = true }
endpoint far = tgi("https://example.org")

prompt more(text: text) -> text { ask = \"\"\"More like this: {{ text }}\"\"\" }
prompt rate(text: text, fit: float) -> "yes" | "no" { ask = \"\"\"Is {{ fit }} likely for {{ text }}?\"\"\" }

"""
TUNING = "rounds = 20, cohort = 1000, local = sgd(0.5)"
MECHANISMS = ("dp = none", "dp = gaussian(clip = 0.3, noise = 1.0)")
STEPS = (
    "where words(text) > 3",
    "where logprob({model}, text) > -3",
    "let fit = logprob({model}, text)",
    "top 10% by logprob({model}, text)",
    "dedup logprob({model}, text)",
    "take 100",
    "sample 10%",
    "decontaminate text from {rows}",
    "ask answer = more(text) using {endpoint}",
    "ask answer = rate(text, logprob({model}, text)) using {endpoint}",
    "select text",
)


@dataclass(slots=True, kw_only=True)
class Writing:
    """A program while it is written: its items, and the names there are of rows, models and vocabularies."""

    dice: random.Random
    items: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)

    def add(self, item: str, name: str, *kinds: list[str]) -> None:
        """Write an item; later ones may use its name."""
        self.items.append(item)
        for kind in kinds:
            kind.append(name)


def program(number: int, length: int, accepts: Callable[[str], bool]) -> str:
    """Return the program of a number: of the items that were drawn, those with which it was accepted."""
    writing = Writing(dice=random.Random(number))
    _sources(writing)
    for at in range(length):
        w = writing
        before = replace(w, items=[*w.items], rows=[*w.rows], people=[*w.people], models=[*w.models], fresh=[*w.fresh])
        writing.dice.choice(ITEMS)(writing, f"x{at}")
        if not accepts(_text(writing)):
            writing = before
    return _text(writing)


def _text(writing: Writing) -> str:
    budgets = [f"budget {name} {{ epsilon = 10000, delta = 1e-8 }}" for name in ("users", "crowd")]
    return HEAD + "\n".join([*writing.items, *budgets]) + "\n"


def _sources(w: Writing) -> None:
    w.add('public source web = files("web.jsonl") { license = "CC0-1.0" }', "web", w.rows)
    w.add('private source users = files("users.jsonl") { user = .u, population = 1M, split = { test = 10% } }', "users", w.rows, w.people)
    w.add('private source crowd = files("crowd.jsonl") { user = .u, simulate = 1M, draw = 60 }', "crowd", w.rows, w.people)
    w.add("vocab keys = word_vocab(web) { size = 1k }\nmodel small = lstm(keys) { embedding = 16, hidden = 16 }", "small", w.fresh)
    w.add("pretrain plain = small on web { words = 1M }", "plain", w.models)


def _filtered(w: Writing, name: str) -> None:
    steps = [
        w.dice.choice(STEPS).format(model=w.dice.choice(w.models), rows=w.dice.choice(w.rows), endpoint=w.dice.choice(["near_by", "far"]))
        for _ in range(w.dice.randrange(1, 3))
    ]
    w.add(f"filter {name} = {w.dice.choice(w.rows)}\n" + "\n".join(f"  | {step}" for step in steps), name, w.rows, w.people)


def _mixed(w: Writing, name: str) -> None:
    if len(w.rows) > 1:
        one, other = w.dice.sample(w.rows, 2)
        w.add(f"mix {name} = 50% {one} + 50% {other}", name, w.rows)


def _grid(w: Writing, name: str) -> None:
    w.add(f"generate {name} = grid(text = {w.dice.choice(w.rows)}.text)\n  | sample 10", name, w.rows)


def _model(w: Writing, name: str) -> None:
    w.add(f"vocab v{name} = word_vocab({w.dice.choice(w.rows)}) {{ size = 1k }}\nmodel {name} = lstm(v{name}) {{ embedding = 16, hidden = 16 }}", name, w.fresh)


def _pretrained(w: Writing, name: str) -> None:
    w.add(f"pretrain {name} = {w.dice.choice(w.fresh + w.models)} on {w.dice.choice(w.rows)} {{ words = 1M }}", name, w.models)


def _tuned(w: Writing, name: str) -> None:
    w.add(f"federate {name} = {w.dice.choice(w.models)} over {w.dice.choice(w.people)} {{ {TUNING}, {w.dice.choice(MECHANISMS)} }}", name, w.models)


def _judged(w: Writing, name: str) -> None:
    w.add(f"evaluate {name} = next_word({w.dice.choice(w.models)}) over {w.dice.choice(w.rows)}", name)


def _published(w: Writing, name: str) -> None:
    w.add(f'publish {w.dice.choice(w.rows + w.models)} to hub("team/{name}")', name)


ITEMS: tuple[Callable[[Writing, str], None], ...] = (_filtered, _filtered, _mixed, _grid, _model, _pretrained, _tuned, _tuned, _judged, _published)
