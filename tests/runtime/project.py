"""A whole project small enough to run in seconds: public text, a few phones, every kind of node."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from synthc.compiler.graph import Graph
from synthc.runtime import run as running
from synthc.runtime.endpoints.base import Reply, Request
from synthc.runtime.endpoints.fake import FakeEndpoint, chosen
from synthc.runtime.outcome import Outcome
from tests.compiled import graph_of

SPEC = """synth 1

import std.phone

public source web = files("web.jsonl") {
  text    = .text
  license = "CC0-1.0"
}

private source phones = files("phones.jsonl") {
  text  = .text
  user  = .user
  people = "some people"
  POPULATION
  split = { test = 30% }
}

filter typed = web
  | where words(text) >= 3
  | dedup text
  | ask chatty = phone.typed_on_phone(text)
  | where chatty.p("yes") >= 0.5

generate invented = grid(age = 20..40, app = phone.apps, hour = phone.hours, topic = phone.topics, who = phone.personas)
  | sample 20
  | ask turns = phone.invent_chat(age, app, hour, topic, who)
  | explode turns as text

mix corpus = 50% typed + 50% invented

vocab keys = word_vocab(web, corpus) { size = 100 }
model keyboard = lstm(keys) { embedding = 8, hidden = 12, tied = true }

pretrain baseline = keyboard on web { words = 2k, batch = 8 }
pretrain warm = keyboard on corpus { like = baseline }

federate tuned = warm over phones {
  rounds = 4
  cohort = 100
  local  = sgd(0.5, epochs = 1, batch = 8)
  dp     = gaussian(clip = 0.3, epsilon = 4, delta = 9e-9)
  workers = 1
}

filter near = corpus
  | let fit = logprob(tuned, text)
  | top 50% by fit

evaluate accuracy = next_word(baseline, warm, tuned) over phones.test {
  pairs   = [warm vs baseline, tuned vs warm]
  require = REQUIRE
}

budget phones { epsilon = 4, delta = 1e-8 }
"""
DECLARED, PRETENDED = "population = 100k", "simulate = 100k, draw = 8"
WORDS = "see you at the bus stop later mum says dinner is ready come home now please bring milk ok".split()  # noqa: SIM905


@dataclass(slots=True, kw_only=True)
class Project:
    """A folder with a spec and its data; `run` carries it out, answered by a fake endpoint."""

    folder: Path
    endpoint: FakeEndpoint
    text: str
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def graph(self) -> Graph:
        """The compiled spec."""
        return graph_of(self.folder / "small.synth", self.text)

    def run(self, *, stopping: Callable[[], bool] = lambda: False, **options: Any) -> Outcome:
        """Run the spec."""
        self.events.clear()
        wanted = running.Options(project=self.folder, **options)
        return running.run(self.graph, wanted, listeners=(lambda event: self.events.append(dict(event)),), stopping=stopping)


def project(folder: Path, monkeypatch: pytest.MonkeyPatch, *, population: str = PRETENDED, require: str = "warm.top1 >= 0.0") -> Project:
    """Write a project into a folder."""
    (folder / ".synth").mkdir(parents=True, exist_ok=True)
    (folder / ".synth" / "key").write_text("0" * 64)  # by which people are split: chance leaves too few who train once in 800 projects
    write_data(folder)
    made = Project(folder=folder, endpoint=FakeEndpoint(reply=_reply), text=SPEC.replace("POPULATION", population).replace("REQUIRE", require))
    monkeypatch.setattr("synthc.runtime.walk.open_endpoint", lambda *_: made.endpoint)
    return made


def write_data(folder: Path) -> None:
    """Write thirty public texts and the lines of twenty people."""
    chance = random.Random(1)
    texts = [" ".join(chance.choices(WORDS, k=10)) for _ in range(30)]
    lines = [{"user": f"u{user}", "text": " ".join(chance.choices(WORDS, k=5))} for user in range(20) for _ in range(6)]
    (folder / "web.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    (folder / "phones.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def _reply(request: Request) -> Reply | str:
    if request.answer["kind"] == "choice":
        return chosen(yes=0.9, no=0.1) if len(request.text) % 3 else chosen(yes=0.2, no=0.8)
    return json.dumps(["see you later at the bus stop", f"ok mum says {request.seed} dinner is ready"])
