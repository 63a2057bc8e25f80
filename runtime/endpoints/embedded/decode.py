"""Answers a batch of tasks with the bundled model: verdicts by token probability, texts by sampling."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from synthc.runtime.endpoints.base import Reply, Request
from synthc.runtime.endpoints.embedded.network import Array, Network
from synthc.runtime.endpoints.embedded.passage import END, NO, PAD, SEP, SPECIAL, TURN, YES
from synthc.runtime.endpoints.embedded.reading import Task, read_task

WEIGHTS = Path(__file__).parent / "weights"
ROWS = 16
BUCKETS = (32, 64, 96, 128, 160, 200)
LONGEST_GIVEN = 192
LONGEST_ANSWER = 256
TOP_K = 50
TOP_P_OF = 1000
"""Tokens that `top_p` chooses among."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A task as ids, in the bucket that its own length gives it."""

    request: Request
    ids: tuple[int, ...]
    options: tuple[str, ...]

    @property
    def bucket(self) -> int:
        """The number of places it is padded to."""
        return next(size for size in BUCKETS if len(self.ids) <= size)

    @property
    def kind(self) -> tuple[str, int]:
        """What may share a batch: the way of answering and the bucket."""
        return ("choose" if self.options else "write", self.bucket)


class Decoder:
    """The loaded model."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Read the tokenizer; the weights follow when they are needed."""
        self.folder = folder
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    @cached_property
    def network(self) -> Network:
        """The weights."""
        return Network.load(self.folder)

    def prepare(self, request: Request) -> Prepared:
        """Return a request as ids; the passage is cut to what the model was trained on."""
        task = read_task(request)
        options = ("true", "false") if request.answer["kind"] == "bool" else tuple(request.answer.get("options", ()))
        return Prepared(request=request, ids=self._ids(task), options=options)

    def length(self, text: str) -> int:
        """Return the number of tokens of a text."""
        return len(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def answer(self, batch: Sequence[Prepared]) -> list[Reply]:
        """Return the replies of up to `ROWS` requests of one kind."""
        assert len(batch) <= ROWS
        return self._choose(batch) if batch[0].options else self._write(batch)

    def _ids(self, task: Task) -> tuple[int, ...]:
        given = self.tokenizer.encode(task.given, add_special_tokens=False).ids[:LONGEST_GIVEN]
        return (SPECIAL.index(f"<|{task.name}|>"), *given, SEP)

    def _padded(self, rows: Sequence[Sequence[int]], width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return ids_BT padded at the left, and where each begins."""
        ids = np.full((len(rows), width), PAD)
        starts = np.zeros(len(rows), np.int64)
        for row, own in enumerate(rows):
            ids[row, width - len(own) :] = own
            starts[row] = width - len(own)
        return ids, starts

    def _first(self, batch: Sequence[Prepared], room: int) -> tuple[Array, Array, NDArray[np.int64]]:
        """Return the logits behind each prompt, the cache, and where each row begins."""
        ids, starts = self._padded([p.ids for p in batch], batch[0].bucket)
        cache = self.network.cache(len(batch), batch[0].bucket + room)
        return self.network.logits(self.network.features(ids, starts, cache, 0)[:, -1]), cache, starts

    def _choose(self, batch: Sequence[Prepared]) -> list[Reply]:
        logits = _log_softmax(self._first(batch, 0)[0])
        replies = []
        for row, prepared in enumerate(batch):
            if {option.casefold() for option in prepared.options} in ({"yes", "no"}, {"true", "false"}):
                scores = {o: float(logits[row, YES if o.casefold() in {"yes", "true"} else NO]) for o in prepared.options}
            else:
                scores = {o: self._score(prepared, o) for o in prepared.options}
            best = max(prepared.options, key=lambda option: scores[option])
            replies.append(Reply(text=best, finish="stop", logprob=scores[best], choices=scores, tokens_in=len(prepared.ids), tokens_out=1))
        return replies

    def _score(self, prepared: Prepared, option: str) -> float:
        """Return the mean log-probability of an option's tokens; no training made this meaningful."""
        ids = self.tokenizer.encode(option, add_special_tokens=False).ids
        whole, starts = self._padded([[*prepared.ids, *ids]], prepared.bucket + len(ids))
        cache = self.network.cache(1, whole.shape[1])
        features = self.network.features(whole, starts, cache, 0)[0, -len(ids) - 1 : -1]
        return float(_log_softmax(self.network.logits(features))[np.arange(len(ids)), ids].mean())

    def _write(self, batch: Sequence[Prepared]) -> list[Reply]:
        writers = [Writer(prepared=p, random=np.random.default_rng(p.request.seed or 0)) for p in batch]
        logits, cache, starts = self._first(batch, max(writer.most for writer in writers))
        at, live = batch[0].bucket, writers
        while True:
            tokens = [writer.next(scores) for writer, scores in zip(live, _log_softmax(logits), strict=True)]
            going = [row for row, writer in enumerate(live) if not writer.done]
            if not going:
                break
            if len(going) < len(live):
                live, cache, starts = [live[row] for row in going], cache[:, :, going], starts[going]
            ids = np.array([[tokens[row]] for row in going])
            logits = self.network.logits(self.network.features(ids, starts, cache, at)[:, 0])
            at += 1
        return [writer.reply(self.tokenizer) for writer in writers]


@dataclass(slots=True, kw_only=True)
class Writer:
    """One answer while it is written, with a generator of its own."""

    prepared: Prepared
    random: np.random.Generator
    ids: list[int] = field(default_factory=list)
    done: bool = False
    finish: str = "length"
    total: float = 0.0

    @property
    def many(self) -> bool:
        """Whether the answer has several turns."""
        return self.prepared.request.answer["kind"] in {"list", "record"}

    @property
    def most(self) -> int:
        """The most tokens it may have."""
        return min(self.prepared.request.max_output, LONGEST_ANSWER)

    def next(self, scores: Array) -> int:
        """Choose the next token of log-probabilities over V."""
        request = self.prepared.request
        allowed = scores.copy()
        allowed[[i for i in range(len(SPECIAL)) if i not in {END, TURN}]] = -np.inf
        if not self.ids or self.ids[-1] == TURN:
            allowed[[END, TURN]] = -np.inf
        token = int(allowed.argmax()) if request.temperature == 0 else self._draw(allowed / request.temperature, request.top_p)
        self.total += float(scores[token])
        self.ids.append(token)
        if token == END or (token == TURN and not self.many):
            self.done, self.finish = True, "stop"
        elif len(self.ids) >= self.most:
            self.done = True
        return token

    def _draw(self, scores: Array, top_p: float | None) -> int:
        most = TOP_K if top_p is None else TOP_P_OF
        top = np.sort(np.argpartition(-scores, most)[:most])
        order = top[np.argsort(-scores[top], kind="stable")]
        weights = np.exp(scores[order].astype(np.float64) - float(scores[order[0]]))
        weights /= weights.sum()
        if top_p is not None:
            weights = weights * (np.cumsum(weights) - weights < top_p)
            weights /= weights.sum()
        return int(order[min(int(np.searchsorted(np.cumsum(weights), self.random.random())), len(order) - 1)])

    def reply(self, tokenizer: Tokenizer) -> Reply:
        """Return the finished reply; of a list cut short the last, unfinished item is left out."""
        turns: list[list[int]] = [[]]
        for token in self.ids:
            if token == TURN:
                turns.append([])
            elif token != END:
                turns[-1].append(token)
        texts = [tokenizer.decode(turn).strip() for turn in turns]
        if self.many and self.finish == "length" and len(texts) > 1:
            texts = texts[:-1]
        texts = [text for text in texts if text]
        return Reply(
            text=self._shape(texts),
            finish=self.finish,
            logprob=self.total / max(1, len(self.ids)),
            choices=None,
            tokens_in=len(self.prepared.ids),
            tokens_out=len(self.ids),
        )

    def _shape(self, texts: list[str]) -> str:
        answer = self.prepared.request.answer
        if answer["kind"] == "list":
            return json.dumps(texts, ensure_ascii=False)
        if answer["kind"] == "record":
            filled = zip(answer["fields"], [*texts, *[""] * len(answer["fields"])], strict=False)
            return json.dumps(dict(filled), ensure_ascii=False)
        return texts[0] if texts else ""


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(-1, keepdims=True)
    found: Array = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return found


def revision(folder: Path = WEIGHTS) -> str:
    """Return 16 hexadecimal digits that stand for the weights and the tokenizer."""
    found = blake2b(digest_size=8)
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        found.update((folder / name).read_bytes())
    return found.hexdigest()
