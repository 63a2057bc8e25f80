"""What a sample of the rows tells of a run."""

from __future__ import annotations

import asyncio
import random
import re
from pathlib import Path

import polars as pl
import pytest

from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.fake import FakeEndpoint
from synthc.runtime.endpoints.openai import OpenaiEndpoint
from synthc.runtime.endpoints.tgi import TgiEndpoint
from synthc.runtime.rehearsal import rehearse
from synthc.runtime.rehearsal.sample import Sample
from tests.compiled import graph_of
from tests.runtime.endpoints.openai_server import OpenaiServer
from tests.runtime.endpoints.questions import chat, complete
from tests.runtime.endpoints.tgi_server import TgiServer
from tests.runtime.spec import write_jsonl

SPEC = """synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

transform cut = web
  | dedup text
"""


def test_duplicates_are_counted_as_they_grow(tmp_path: Path) -> None:
    """The more rows there are, the more were there before: a tenth of the rows has far more than a tenth of the texts."""
    drawn = random.Random(2)
    weights = [1 / (n + 1) for n in range(30_000)]
    texts = drawn.choices([f"text {n}" for n in range(30_000)], weights, k=40_000)
    write_jsonl(tmp_path / "web.jsonl", [{"text": text} for text in texts])

    found = rehearse.rehearse(graph_of(tmp_path / "spec.synth", SPEC), tmp_path, counted={"web": 40_000})["cut"]

    assert found.likely == pytest.approx(len(set(texts)), rel=0.1)
    whole = pl.Series(texts)[:: len(texts) // rehearse.WORKED]
    assert whole.n_unique() * len(texts) / len(whole) > 1.4 * len(set(texts))


def test_rows_without_duplicates_stand_for_as_many() -> None:
    """Where the halves have twice as many together, so has everything."""
    sample = Sample(frame=pl.DataFrame({"text": [str(n) for n in range(100)]}), scale=50.0)

    assert sample.distinct(sample.frame, 50, 25).total == pytest.approx(5000)
    assert sample.distinct(sample.frame[:1], 1, 1).scale == 50.0


def test_when_time_is_over_rows_from_all_over_were_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the first ones, which may be all of a kind: here the first half is long and the other short."""
    monkeypatch.setattr(rehearse, "PATIENCE", 0.0)
    write_jsonl(tmp_path / "web.jsonl", [{"text": f"{n} " + "word " * (100 if n < 1000 else 1)} for n in range(2000)])
    spec = SPEC.replace("dedup text", "ask chatty = seems(text)") + 'prompt seems(text: text) -> "yes" | "no" {\n  max_input = 512\n  ask = """Typed? {{ text }}"""\n}\n'

    found = rehearse.rehearse(graph_of(tmp_path / "spec.synth", spec), tmp_path, counted={"web": 2000})["cut"]

    assert found.requests == 2000
    each = found.tokens_in / 2000
    assert 0.35 * 103 < each < 0.65 * 130


def test_the_tokens_of_a_question_are_those_that_its_server_counts() -> None:
    """With the template of a chat, where the server shows it; of a server that does not count nothing is claimed."""

    async def run() -> list[int | None]:
        found: list[int | None] = []
        async with TgiServer().running() as tgi:
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=tgi.url, timeout=60.0))
            found += [await endpoint.count(complete("a b c")), await endpoint.count(chat("a b c"))]
            await endpoint.close()
        for kind in ("vllm", "llama.cpp", "other"):
            async with OpenaiServer(kind=kind).running() as server:
                other = OpenaiEndpoint(connection=Connection(name="llm", url=server.url, timeout=60.0))
                found += [await other.count(complete("a b c")), await other.count(chat("a b c"))]
                await other.close()
        return found

    assert asyncio.run(run()) == [3, 6, 3, 5 + 7, 3, 5 + 16, None, None]


def test_a_node_that_sets_its_rows_aside_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows of the sample fail, so that nothing is known of what is behind, but that a run would stop here is."""
    monkeypatch.setattr(rehearse, "open_endpoint", lambda *_: FakeEndpoint(reply=lambda _: "no idea"))
    write_jsonl(tmp_path / "web.jsonl", [{"text": f"text {n}"} for n in range(20)])
    spec = SPEC.replace("dedup text", "ask n = reckon(text)\n  | select text = text, n = n") + 'prompt reckon(text: text) -> int {\n  ask = """How many? {{ text }}"""\n}\n'
    troubles: dict[str, str] = {}
    rehearse.rehearse(graph_of(tmp_path / "spec.synth", spec), tmp_path, counted={"web": 20}, troubles=troubles)

    assert list(troubles) == ["cut"]
    assert re.fullmatch(r".*spec.synth:5:11: of 20 rows of a sample `cut` sets aside 20, more than `max_failures = 1%`; 20 of them: .*", troubles["cut"])


def test_equal_questions_of_two_declarations_are_counted_once(tmp_path: Path) -> None:
    """As a run asks them; a third with other words is counted by itself."""
    write_jsonl(tmp_path / "web.jsonl", [{"text": f"word{n} word"} for n in range(30)])
    prompt = 'prompt {name}(text: text) -> "yes" | "no" {{\n  ask = """{words}? {{{{ text }}}}"""\n}}\n'
    asks = "".join(f"filter {name} = web\n  | ask a = {asked}(text)\n" for name, asked in (("first", "typed"), ("second", "typed"), ("third", "spoken")))
    spec = SPEC + prompt.format(name="typed", words="Typed") + prompt.format(name="spoken", words="Spoken") + asks

    found = rehearse.rehearse(graph_of(tmp_path / "spec.synth", spec), tmp_path, counted={"web": 30})

    assert [found[name].requests for name in ("first", "second", "third")] == [30, 0, 30]
    assert found["second"].tokens_in == 0
    assert any("about 30 are asked already" in note for note in found["second"].notes)
