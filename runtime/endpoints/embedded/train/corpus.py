"""Turns the CC-BY and CC0 parts of the data into exercises: judge, chat, invent.

Documents that hold a text of the labelled set are left out, so that the filter's measure is honest.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from synthc.runtime.endpoints.embedded.passage import judged, tidy

SOURCES = {
    "llm_chat_dev": ("spc",),
    "human_chat_dev": ("taskmaster-4",),
    "web_text_dev": ("digitalgov", "movie-reviews"),
}
APPS = ("messages", "a family group chat", "a work chat", "a dating app", "a school group", "a game's chat")
HOURS = ("early morning", "lunch break", "afternoon", "on the way home", "late evening", "weekend night")
SMALL = frozenset(
    "about after again also always because been before being could does doing done enjoy every from going good great "
    "have hello here just know like little love make many more most much name nice really should some sounds sure than "
    "thank thanks that their them then there they thing things think this time very want well were what when where "
    "which while will with would yeah your you're i'm it's that's don't i've i'll can't".split()
)
WORD = re.compile(r"[a-z][a-z']{3,}")
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """A task's name, what the model is given, and what it should write, turn by turn."""

    task: str
    given: str
    answer: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Documents:
    """What may be learnt from: chats as lists of turns with personas, and articles."""

    chats: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...]
    articles: tuple[str, ...]
    left_out: int

    @cached_property
    def tasks(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...]:
        """The chats about a task, of which there are few."""
        return tuple(chat for chat in self.chats if chat[2] != "spc")


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _plain(text: str) -> str:
    return " ".join(text.split()).lower()


def read_documents(data: Path) -> Documents:
    """Read the documents of a data folder and leave out those of the labelled set."""
    labelled = list(read(data / "chatlike_labels_dev.jsonl.gz"))
    snippets = {source: [_plain(r["text"]) for r in labelled if r["source"] == source] for names in SOURCES.values() for source in names}
    chats, articles, left_out = [], [], 0
    for file, sources in SOURCES.items():
        for source in sources:
            rows = [row for row in read(data / f"{file}.jsonl.gz") if row["source"] == source]
            texts = [row.get("text") or "\n".join(turn["text"] for turn in row["turns"]) for row in rows]
            held = _holding(texts, snippets[source]) | {i for i, r in enumerate(rows) if r["doc_id"] in {x["doc_id"] for x in labelled if x["source"] == source}}
            left_out += len(held)
            for index, row in enumerate(rows):
                if index in held:
                    continue
                if "turns" in row:
                    turns = tuple(tidy(turn["text"]) for turn in row["turns"] if turn["text"].strip())
                    personas = tuple(tidy(line) for side in row.get("personas") or () for line in side)
                    chats.append((turns, personas, source))
                else:
                    articles.append(row["text"])
    return Documents(chats=tuple(chats), articles=tuple(articles), left_out=left_out)


def _holding(texts: list[str], snippets: list[str]) -> set[int]:
    """Return the indices of the texts in which a snippet occurs."""
    plain = [_plain(text) for text in texts]
    return {index for index, text in enumerate(plain) if any(snippet in text for snippet in snippets)}


def judge(documents: Documents, random_: random.Random) -> Exercise:
    """Return a passage of a chat or of an article and which of the two it is."""
    if random_.random() < 0.5:
        turns = _a_chat(documents, random_, share_of_tasks=0.25)[0]
        start = random_.randrange(len(turns))
        passage, answer = " ".join(turns[start : start + random_.choice((1, 1, 2, 2, 3, 4))]), "yes"
    else:
        sentences = [s for s in SENTENCE.split(random_.choice(documents.articles)) if len(s.split()) > 2] or ["no text here"]
        start = random_.randrange(len(sentences))
        passage, answer = " ".join(sentences[start : start + random_.choice((1, 1, 1, 2, 2, 3, 4))]), "no"
    words = judged(passage).split()[:80]
    if random_.random() < 0.3:
        words[-1] = words[-1].rstrip(".,!?") or words[-1]
    return Exercise(task="judge", given=" ".join(words), answer=(answer,))


def _a_chat(documents: Documents, random_: random.Random, *, share_of_tasks: float = 0.0) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    if random_.random() < share_of_tasks:
        return random_.choice(documents.tasks)
    return random_.choice(documents.chats)


def _window(turns: tuple[str, ...], random_: random.Random) -> tuple[str, ...]:
    size = random_.choice((3, 4, 4, 5, 6))
    start = random_.randrange(max(1, len(turns) - size + 1))
    return tuple(" ".join(turn.split()[:30]) for turn in turns[start : start + size])


def _topic(turns: tuple[str, ...], random_: random.Random) -> str:
    """Return one to three content words of some turns, those said often first."""
    counts = Counter(w for w in WORD.findall(" ".join(turns).lower()) if w not in SMALL)
    if not counts:
        return "nothing special"
    likely = [word for word, _ in counts.most_common(6)]
    return " ".join(random_.sample(likely, min(len(likely), random_.choice((1, 1, 2, 3)))))


def invent(documents: Documents, random_: random.Random) -> Exercise:
    """Return fields and the chat that they describe."""
    turns, personas, _ = _a_chat(documents, random_)
    window = _window(turns, random_)
    who = random_.choice(personas or ("somebody",)).lower().rstrip(".")
    given = (
        f"topic: {_topic(window, random_)}\nwho writes: {who}, {random_.randint(16, 75)}\n"
        f"app: {random_.choice(APPS)}\ntime: {random_.choice(HOURS)}"
    )
    return Exercise(task="invent", given=given, answer=window)


def chat(documents: Documents, random_: random.Random) -> Exercise:
    """Return the statements of a chat as prose, some lost or moved, and the chat."""
    turns, _, _ = _a_chat(documents, random_)
    window = _window(turns, random_)
    sentences = [s for turn in window for s in SENTENCE.split(turn)]
    stated = [s for s in sentences if not s.endswith("?") and len(s.split()) > 3] or list(window)
    stated = [s for s in stated if random_.random() < 0.85] or stated
    if random_.random() < 0.3:
        random_.shuffle(stated)
    return Exercise(task="chat", given=_as_prose(" ".join(stated), random_), answer=window)


def _as_prose(text: str, random_: random.Random) -> str:
    """Put first and second persons into the third, as an article would."""
    who, whose, verb = random_.choice((("she", "her", "is"), ("he", "his", "is"), ("they", "their", "are"), ("people", "their", "are")))
    for pattern, by in ((r"\b(I'm|I am|i'm)\b", f"{who} {verb}"), (r"\b(I|i)\b", who), (r"\b[Mm]y\b", whose), (r"\b[Yy]our\b", whose), (r"\b[Yy]ou\b", who)):
        text = re.sub(pattern, by, text)
    return text


def exercises(documents: Documents, seed: int) -> Iterator[Exercise]:
    """Yield exercises without end: two judges for each chat and each three inventions."""
    random_ = random.Random(seed)
    tasks = (judge, judge, judge, judge, chat, chat, invent, invent, invent)
    while True:
        yield random_.choice(tasks)(documents, random_)
