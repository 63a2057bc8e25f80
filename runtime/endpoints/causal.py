"""Writes with a causal language model of `transformers`, each row by its own seed, and reads the options of a choice exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from synthc.runtime.answers.loops import in_loop
from synthc.runtime.endpoints.base import EndpointError, Reply, Request
from synthc.runtime.endpoints.stops import until_stop

LOOK_EVERY = 16
"""Tokens between two looks whether an answer goes round in circles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A request as tokens; of a choice those of each option too."""

    request: Request
    tokens: list[int]
    options: list[list[int]]

    @property
    def choice(self) -> bool:
        """Whether it is read and nothing is written."""
        return bool(self.options)


@dataclass(slots=True, kw_only=True)
class _Row:
    """An answer that is being written."""

    request: Request
    random: torch.Generator | None
    tokens: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    text: str = ""
    finish: str | None = None


def load(model: str, *, revision: str | None, device: str, dtype: str, token: str | None) -> tuple[Causal, str | None, str]:
    """Return a model, the commit it is of, and the version of `transformers`; the token that is saved on this machine is not sent.

    Raises:
        ImportError: `transformers` isn't installed.
    """
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    where = device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    asked: dict[str, Any] = {"revision": revision, "token": token or False}
    tokenizer = transformers.AutoTokenizer.from_pretrained(model, **asked)
    network = transformers.AutoModelForCausalLM.from_pretrained(model, dtype=dtype, **asked).to(where).eval()
    return Causal(network=network, tokenizer=tokenizer, device=where), getattr(network.config, "_commit_hash", None), transformers.__version__


@dataclass(slots=True, kw_only=True)
class Causal:
    """A model with its tokenizer."""

    network: Any
    tokenizer: Any
    device: str

    @property
    def longest(self) -> int | None:
        """The most tokens that it reads and writes together."""
        return getattr(self.network.config, "max_position_embeddings", None)

    def length(self, text: str) -> int:
        """Return how many tokens a text has."""
        return len(self._tokens(text))

    def cut(self, text: str, over: int) -> str:
        """Return a text without so many tokens at its end."""
        kept = self._tokens(text)[:-over]
        return str(self.tokenizer.decode(kept, skip_special_tokens=True)) if kept else ""

    def prepare(self, request: Request) -> Prepared:
        """Return a request as tokens: a chat by the model's template."""
        options = request.answer["options"] if request.answer["kind"] == "choice" else []
        if request.messages is None:
            prompt = request.prompt or ""
            space = "" if prompt[-1:].isspace() else " "
            return Prepared(request=request, tokens=self.tokenizer(prompt)["input_ids"], options=[self._tokens(space + one) for one in options])
        if not self.tokenizer.chat_template:
            raise EndpointError("the model has no template for chats; write the prompt with `complete`, or ask a model that chats")
        messages = [{"role": one.role, "content": one.content} for one in request.messages]
        try:
            text = self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except Exception as problem:  # noqa: BLE001 - templates raise whatever their authors wrote
            raise EndpointError(f"the template of the model refuses this chat: {str(problem)[:200]}") from None
        return Prepared(request=request, tokens=self._tokens(text), options=[self._tokens(one) for one in options])

    @torch.inference_mode()
    def answers(self, batch: Sequence[Prepared]) -> list[Reply]:
        """Return the answers of requests that are all choices, or none."""
        return self._chosen(batch) if batch[0].choice else self._written(batch)

    def _tokens(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _padded(self, rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Return rows as a tensor that is filled up on the left, and which of it counts."""
        longest = max(map(len, rows))
        ids = torch.tensor([[0] * (longest - len(row)) + list(row) for row in rows], device=self.device)
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows], device=self.device)
        return ids, mask

    def _chosen(self, batch: Sequence[Prepared]) -> list[Reply]:
        """Return the log-probability of each option as a whole."""
        rows = [one.tokens + option for one in batch for option in one.options]
        ids, mask = self._padded(rows)
        logits = self.network(input_ids=ids, attention_mask=mask, position_ids=_positions(mask), use_cache=False).logits
        told = torch.log_softmax(logits[:, :-1].float(), dim=-1).gather(-1, ids[:, 1:, None])[..., 0]
        sums = iter([float(row[-len(option) :].sum()) for row, option in zip(told, [o for one in batch for o in one.options], strict=True)])
        return [_choice(one, {name: next(sums) for name in one.request.answer["options"]}) for one in batch]

    def _written(self, batch: Sequence[Prepared]) -> list[Reply]:
        """Write the answers together, a token of each at a time; a row that is done is written on and not read."""
        rows = [_Row(request=one.request, random=_random(one.request)) for one in batch]
        ids, mask = self._padded([one.tokens for one in batch])
        positions, past = _positions(mask), None
        while any(row.finish is None for row in rows):
            out = self.network(input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=past, use_cache=True)
            past = out.past_key_values
            logits = out.logits[:, -1].float().cpu()
            chosen = [self._next(row, logits[place]) for place, row in enumerate(rows)]
            ids = torch.tensor(chosen, device=self.device)[:, None]
            mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
            positions = positions[:, -1:] + 1
        return [_reply(row, len(one.tokens)) for row, one in zip(rows, batch, strict=True)]

    def _next(self, row: _Row, logits: Tensor) -> int:
        """Draw the next token of a row, and say so if it is the last."""
        if row.finish is not None:
            return row.tokens[-1] if row.tokens else 0
        token = _drawn(logits, row)
        row.logprobs.append(float(torch.log_softmax(logits, dim=-1)[token]))
        if token in self._ends():
            row.finish = "stop"
            return token
        row.tokens.append(token)
        row.text = str(self.tokenizer.decode(row.tokens, skip_special_tokens=True))
        stopped = any(stop in row.text for stop in row.request.stop)
        if stopped or (len(row.tokens) % LOOK_EVERY == 0 and in_loop(row.text)):
            row.finish = "stop"
        elif len(row.tokens) >= row.request.max_output:
            row.finish = "length"
        return token

    def _ends(self) -> frozenset[int]:
        told = self.network.generation_config.eos_token_id
        ends = told if isinstance(told, list) else [told]
        return frozenset(end for end in (*ends, self.tokenizer.eos_token_id) if end is not None)


def _positions(mask: Tensor) -> Tensor:
    return (mask.cumsum(-1) - 1).clamp(min=0)


def _random(request: Request) -> torch.Generator | None:
    return torch.Generator().manual_seed(request.seed or 0) if request.temperature > 0 else None


def _drawn(logits: Tensor, row: _Row) -> int:
    """Return a token: the likeliest, or drawn from those that make up `top_p`."""
    if row.random is None:
        return int(logits.argmax())
    shares, tokens = torch.softmax(logits / row.request.temperature, dim=-1).sort(descending=True)
    if row.request.top_p is not None:
        shares = torch.where(shares.cumsum(-1) - shares < row.request.top_p, shares, 0.0)
    return int(tokens[torch.multinomial(shares, 1, generator=row.random)])


def _choice(one: Prepared, scores: dict[str, float]) -> Reply:
    best = max(scores, key=lambda option: scores[option])
    return Reply(text=best, finish="stop", logprob=scores[best], choices=scores, tokens_in=len(one.tokens), tokens_out=max(map(len, one.options)))


def _reply(row: _Row, tokens_in: int) -> Reply:
    mean = sum(row.logprobs) / len(row.logprobs) if row.logprobs else None
    return Reply(text=until_stop(row.text, row.request.stop), finish=row.finish or "stop", logprob=mean, choices=None, tokens_in=tokens_in, tokens_out=len(row.logprobs))
