"""What the bundled model can do, measured: its filter beside n-grams, and the chats it writes.

python bench/embedded/measure.py DATA

DATA is the folder with `chatlike_labels_dev`, `web_text_dev` and `human_chat_dev`. Writes
bench/results/embedded.json.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from synthc.compiler.compile import compile_spec
from synthc.runtime.answers import Unreadable, read_answer
from synthc.runtime.endpoints.base import Message, Reply, Request
from synthc.runtime.endpoints.calling import derive_seed
from synthc.runtime.endpoints.embedded.decode import revision
from synthc.runtime.endpoints.embedded.endpoint import EmbeddedEndpoint
from synthc.runtime.endpoints.embedded.passage import judged
from synthc.runtime.endpoints.embedded.train.corpus import judge, read, read_documents

ROOT = Path(__file__).parents[2]
UNSEEN = ("masc", "sgd", "topical-chat", "wikitext-2")
WRITTEN = 300
NEAR = 0.8


def area(scores: Sequence[float], labels: Sequence[int]) -> float:
    """Return the area under the ROC curve: the chance that a chat scores above an article, ties half."""
    values, truth = np.asarray(scores), np.asarray(labels, bool)
    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    for value in np.unique(values):
        ranks[values == value] = ranks[values == value].mean()
    chats, articles = truth.sum(), (~truth).sum()
    return float((ranks[truth].sum() - chats * (chats + 1) / 2) / (chats * articles))


def grams(text: str) -> Counter[str]:
    """Return words, pairs of words and character 4-grams of a text."""
    words = judged(text).split()
    joined = " ".join(words)
    return Counter([*words, *map(" ".join, pairwise(words)), *(f"#{joined[i : i + 4]}" for i in range(len(joined) - 3))])


class NaiveBayes:
    """An n-gram baseline, taught the same passages as the bundled model."""

    def __init__(self, data: Path, passages: int = 40_000) -> None:
        """Count n-grams by verdict."""
        documents, chance = read_documents(data), random.Random(11)
        self.counts = {"yes": Counter[str](), "no": Counter[str]()}
        for _ in range(passages):
            exercise = judge(documents, chance)
            self.counts[exercise.answer[0]].update(grams(exercise.given))
        self.totals = {verdict: count.total() for verdict, count in self.counts.items()}
        self.size = len(self.counts["yes"] | self.counts["no"])

    def score(self, text: str) -> float:
        """Return the mean log-odds per n-gram, smoothed by a half."""
        found = grams(text)
        odds = sum(number * (self._log("yes", gram) - self._log("no", gram)) for gram, number in found.items())
        return odds / max(1, found.total())

    def _log(self, verdict: str, gram: str) -> float:
        return math.log((self.counts[verdict][gram] + 0.5) / (self.totals[verdict] + 0.5 * self.size))


def request(text: str, answer: dict[str, Any], seed: int | None = None, temperature: float = 0.0) -> Request:
    """Return a request as the standard prompts make it: an instruction, a blank line, what it is about."""
    message = Message(role="user", content=f"See the standard library.\n\n{text}")
    return Request(
        messages=(message,), prompt=None, answer=answer, max_input=None, max_output=256, temperature=temperature, top_p=None, stop=(), seed=seed
    )


async def ask(requests: list[Request]) -> list[Reply]:
    """Answer all requests."""
    endpoint = EmbeddedEndpoint()
    try:
        return list(await asyncio.gather(*(endpoint.answer(each) for each in requests)))
    finally:
        await endpoint.close()


def filtering(data: Path) -> dict[str, Any]:
    """Return areas under the curve, all sources and those never seen, beside the baseline's."""
    rows = list(read(data / "chatlike_labels_dev.jsonl.gz"))
    replies = asyncio.run(ask([request(row["text"], {"kind": "choice", "options": ["yes", "no"]}) for row in rows]))
    model = [reply.choices["yes"] - reply.choices["no"] for reply in replies if reply.choices]
    bayes = NaiveBayes(data)
    baseline = [bayes.score(row["text"]) for row in rows]
    unseen = [index for index, row in enumerate(rows) if row["source"] in UNSEEN]
    found: dict[str, Any] = {}
    for name, scores in (("bundled_model", model), ("naive_bayes_ngrams", baseline)):
        found[name] = {
            "unseen_sources": round(area([scores[i] for i in unseen], [rows[i]["label"] for i in unseen]), 4),
            "all_sources": round(area(scores, [row["label"] for row in rows]), 4),
        }
    found["rows"] = {"unseen_sources": len(unseen), "all_sources": len(rows)}
    found["bundled_model"]["share_judged_yes"] = {
        source: round(float(np.mean([model[i] > 0 for i, row in enumerate(rows) if row["source"] == source])), 3) for source in sorted({r["source"] for r in rows})
    }
    return found


def pieces(data: Path) -> list[str]:
    """Return passages of 40 words from articles that the model never saw."""
    texts = [row["text"] for row in read(data / "web_text_dev.jsonl.gz") if row["source"] in {"wikitext-2", "ewt"}]
    chance = random.Random(5)
    chosen = chance.sample(texts, WRITTEN)
    starts = [chance.randrange(max(1, len(text.split()) - 40)) for text in chosen]
    return [" ".join(text.split()[start : start + 40]) for text, start in zip(chosen, starts, strict=True)]


def fields() -> list[str]:
    """Return the fields of invented chats, drawn from the lists of the standard library."""
    graph = compile_spec(ROOT / "specs" / "quickstart" / "quickstart.synth", ROOT / "specs" / "quickstart").graph
    assert graph is not None
    grid = graph.by_name["invented"].settings["grid"]
    chance = random.Random(6)
    one = {name: (lambda slot=slot: chance.choice(slot["list"]) if "list" in slot else chance.randint(*slot["range"])) for name, slot in grid.items()}
    return [f"topic: {one['topic']()}\nwho writes: {one['who']()}, {one['age']()}\napp: {one['app']()}\ntime: {one['hour']()}" for _ in range(WRITTEN)]


def writing(texts: list[str], temperature: float) -> dict[str, Any]:
    """Return how many answers are lists of at least two turns, and how much alike they are."""
    answer = {"kind": "list", "of": {"kind": "text"}}
    replies = asyncio.run(ask([request(text, answer, derive_seed(0, "bench", str(i), 0), temperature) for i, text in enumerate(texts)]))
    chats = []
    for reply in replies:
        try:
            chats.append(read_answer(reply, answer)["value"])
        except Unreadable:
            chats.append([])
    turns = [turn for chat in chats for turn in chat]
    return {
        "asked": len(texts),
        "parsed": round(float(np.mean([len(chat) > 0 for chat in chats])), 4),
        "of_two_turns_or_more": round(float(np.mean([len(chat) > 1 for chat in chats])), 4),
        "cut_by_length": round(float(np.mean([reply.finish == "length" for reply in replies])), 4),
        "distinct_bigrams": round(distinct_bigrams(turns), 4),
        "near_duplicates": round(near_duplicates([" ".join(chat) for chat in chats if chat]), 4),
        "turns": len(turns),
        "first": chats[:3],
    }


def distinct_bigrams(texts: list[str]) -> float:
    """Return distinct over all pairs of neighbouring words, of the first 5,000 pairs."""
    pairs = [pair for text in texts for pair in pairwise(text.lower().split())][:5000]
    return len(set(pairs)) / max(1, len(pairs))


def near_duplicates(texts: list[str]) -> float:
    """Return the share of texts that have another one before them with most of their 3-word runs in common."""
    shingles = [{tuple(words[i : i + 3]) for i in range(max(1, len(words) - 2))} for words in (text.lower().split() for text in texts)]
    near = sum(any(len(mine & other) >= NEAR * len(mine | other) for other in shingles[:index]) for index, mine in enumerate(shingles))
    return near / max(1, len(texts))


def main() -> None:
    """Measure and write."""
    data = Path(sys.argv[1])
    human = [turn["text"] for row in read(data / "human_chat_dev.jsonl.gz") if row["source"] == "topical-chat" for turn in row["turns"]]
    result = {
        "revision": revision(),
        "filter_auc": filtering(data),
        "transform": writing(pieces(data), 0.8),
        "generate": writing(fields(), 1.0),
        "human_chats_distinct_bigrams": round(distinct_bigrams(random.Random(1).sample(human, 600)), 4),
    }
    (ROOT / "bench" / "results" / "embedded.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
