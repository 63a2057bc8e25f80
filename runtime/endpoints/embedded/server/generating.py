"""Writes one answer: takes a permit, validates, queues, and gives the tokens as they come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from secrets import randbits
from typing import Any

from synthc.runtime.endpoints.embedded.server.batching import Batching, Broken, Started
from synthc.runtime.endpoints.embedded.server.bodies import Parameters
from synthc.runtime.endpoints.embedded.server.limits import Limits
from synthc.runtime.endpoints.embedded.server.metrics import Metrics
from synthc.runtime.endpoints.embedded.server.refusal import Refusal, failed, overloaded
from synthc.runtime.endpoints.embedded.server.spelling import Vocabulary
from synthc.runtime.endpoints.embedded.server.validation import Valid, Validation
from synthc.runtime.endpoints.embedded.server.writing import Token


@dataclass(slots=True, kw_only=True)
class Answer:
    """One answer, whole when `finish` is set; times are seconds."""

    asked: Valid
    tokens: list[Token] = field(default_factory=list)
    prefill: tuple[Token, ...] = ()
    finish: str = ""
    text: str = ""
    others: tuple[Answer, ...] = ()
    validated: float = 0.0
    queued: float = 0.0
    inferred: float = 0.0

    @property
    def logprob(self) -> float:
        """The mean log-probability of its tokens."""
        return sum(token.logprob or 0.0 for token in self.tokens) / max(1, len(self.tokens))

    @property
    def read(self) -> int:
        """The tokens of the prompt."""
        return len(self.asked.task.ids)


@dataclass(slots=True, kw_only=True)
class Generating:
    """What all routes that write share."""

    batching: Batching
    limits: Limits
    vocabulary: Vocabulary
    version: str
    metrics: Metrics = field(default_factory=Metrics)
    flying: int = 0

    @property
    def validation(self) -> Validation:
        """The rules."""
        return Validation(limits=self.limits, vocabulary=self.vocabulary)

    async def answer(self, inputs: str, given: Parameters) -> Answer:
        """Return a whole answer.

        Raises:
            Refusal: there is none.
        """
        with self._counted(given.best_of or 1):
            started = time.perf_counter()
            valid = await self.validation.validate(inputs, given, stream=False)
            validated = time.perf_counter() - started
            found = await together(*(self._whole(one) for one in _each(valid)))
            for answer in found:
                answer.validated = validated
            best = max(found, key=lambda answer: answer.logprob)
            best.others = tuple(answer for answer in found if answer is not best)
            self._see(best)
            return best

    async def stream(self, inputs: str, given: Parameters) -> AsyncGenerator[tuple[Token, Answer]]:
        """Yield each token with the answer so far; the last one's is whole.

        Raises:
            Refusal: there is no answer, or no more of it.
        """
        with self._counted(1):
            answer = Answer(asked=await self.validation.validate(inputs, given, stream=True))
            async for token in self._tokens(answer):
                yield token, answer
            self._see(answer)

    async def probe(self) -> bool:
        """Tell whether the model writes, by a token where something failed before."""
        if not self.batching.healthy:
            self.batching.healthy = True
            try:
                await self.answer("health", Parameters(max_new_tokens=1))
            except Refusal:
                return False
        return self.batching.healthy

    async def _whole(self, valid: Valid) -> Answer:
        answer = Answer(asked=valid)
        async for _ in self._tokens(answer):
            pass
        return answer

    async def _tokens(self, answer: Answer) -> AsyncGenerator[Token]:
        """Yield tokens as they are written; whoever stops listening frees the place in the batch."""
        submitted = started = time.perf_counter()
        job = self.batching.submit(answer.asked.task)
        try:
            while not answer.finish:
                event = await job.events.get()
                if isinstance(event, Started):
                    started = time.perf_counter()
                    answer.prefill, answer.queued = event.prefill, started - submitted
                elif isinstance(event, Broken):
                    raise failed(event.reason)
                else:
                    answer.tokens.append(event.token)
                    answer.finish, answer.text, answer.inferred = event.finish or "", event.text, time.perf_counter() - started
                    yield event.token
        finally:
            job.left = True

    @contextmanager
    def _counted(self, permits: int) -> Iterator[None]:
        """Hold permits while an answer is written: there is no waiting room."""
        self.metrics.requests += 1
        if self.flying + permits > self.limits.max_concurrent_requests:
            self.metrics.failures["overloaded"] += 1
            raise overloaded()
        self.flying += permits
        try:
            yield
        except Refusal as problem:
            self.metrics.failures[{"incomplete_generation": "incomplete"}.get(problem.kind, problem.kind)] += 1
            raise
        except (asyncio.CancelledError, GeneratorExit):
            self.metrics.failures["dropped"] += 1
            raise
        finally:
            self.flying -= permits

    def _see(self, answer: Answer) -> None:
        see = self.metrics.see
        self.metrics.succeeded += 1
        see("duration", answer.validated + answer.queued + answer.inferred)
        see("validation_duration", answer.validated)
        see("queue_duration", answer.queued)
        see("inference_duration", answer.inferred)
        see("mean_time_per_token_duration", answer.inferred / max(1, len(answer.tokens)))
        see("input_length", answer.read)
        see("max_new_tokens", answer.asked.task.most)
        see("generated_tokens", len(answer.tokens))


async def together(*answers: Coroutine[Any, Any, Answer]) -> list[Answer]:
    """Return all answers, or none: where one fails nobody waits for the others."""
    tasks = [asyncio.create_task(answer) for answer in answers]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _each(valid: Valid) -> list[Valid]:
    """Return a request as often as it is to be answered, each with a seed of its own."""
    seeds = [valid.task.seed, *(randbits(63) for _ in range(valid.best_of - 1))]
    return [replace(valid, task=replace(valid.task, seed=seed), seed=seed if valid.seed is not None else None) for seed in seeds]
