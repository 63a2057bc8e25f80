"""The rules of TGI's router, in its order and its words."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from tokenizers import Tokenizer

from synthc.runtime.endpoints.embedded.server.bodies import Grammar, Parameters
from synthc.runtime.endpoints.embedded.server.grammar import Automaton, automaton, expression
from synthc.runtime.endpoints.embedded.server.layout import lay_out
from synthc.runtime.endpoints.embedded.server.limits import Limits
from synthc.runtime.endpoints.embedded.server.refusal import invalid
from synthc.runtime.endpoints.embedded.server.sampling import Decoding
from synthc.runtime.endpoints.embedded.server.schema import NoSuchGrammar
from synthc.runtime.endpoints.embedded.server.spelling import Vocabulary
from synthc.runtime.endpoints.embedded.server.writing import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Valid:
    """A request that may be answered; `seed` is told only of one that is sampled."""

    task: Task
    seed: int | None
    best_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The rules with their numbers."""

    limits: Limits
    vocabulary: Vocabulary

    async def validate(self, inputs: str, given: Parameters, *, stream: bool) -> Valid:
        """Return what is to be written.

        Raises:
            Refusal: a rule does not hold.
        """
        best_of = self._best_of(given, stream=stream)
        self._settings(given, stream=stream)
        decoding = _decoding(given)
        seed = secrets.randbits(63) if given.seed is None else given.seed
        ids, new = self._lengths(inputs, given)
        task = Task(
            ids=ids,
            most=new,
            decoding=decoding,
            seed=seed,
            stops=given.stop,
            top_n=given.top_n_tokens or 0,
            prefill=given.decoder_input_details,
            grammar=await self._grammar(given.grammar),
        )
        return Valid(task=task, seed=seed if decoding.sampled else None, best_of=best_of)

    def _best_of(self, given: Parameters, *, stream: bool) -> int:
        best_of = 1 if given.best_of is None else given.best_of
        most = self.limits.max_best_of
        need(0 < best_of <= most, f"`best_of` must be > 0 and <= {most}. Given: {best_of}")
        need(best_of == 1 or not stream, "`best_of` != 1 is not supported when streaming tokens")
        need(best_of == 1 or _decoding(given).sampled, "you must use sampling when `best_of` is > 1")
        need(best_of == 1 or given.seed is None, "`seed` must not be set when `best_of` > 1")
        return best_of

    def _settings(self, given: Parameters, *, stream: bool) -> None:
        limits = self.limits
        need(given.temperature is None or given.temperature > 0, "`temperature` must be strictly positive")
        need(given.repetition_penalty is None or given.repetition_penalty > 0, "`repetition_penalty` must be strictly positive")
        need(given.frequency_penalty is None or -2 <= given.frequency_penalty <= 2, "`frequency_penalty` must be >= -2.0 and <= 2.0")
        need(given.top_p is None or 0 < given.top_p < 1, "`top_p` must be > 0.0 and < 1.0")
        need(given.typical_p is None or 0 < given.typical_p < 1, "`typical_p` must be > 0.0 and < 1.0")
        need(given.top_k is None or given.top_k > 0, "`top_k` must be strictly positive")
        need(given.max_new_tokens != 0, "`max_new_tokens` must be strictly positive")
        need(len(given.stop) <= limits.max_stop_sequences, f"`stop` supports up to {limits.max_stop_sequences} stop sequences. Given: {len(given.stop)}")
        need(not (given.decoder_input_details and stream), "`decoder_input_details` == true is not supported when streaming tokens")
        top, most = given.top_n_tokens or 0, limits.max_top_n_tokens
        need(top <= most, f"`top_n_tokens` must be >= 0 and <= {most}. Given: {top}")
        need(not given.watermark, "`watermark` is not supported by the bundled model")

    def _lengths(self, inputs: str, given: Parameters) -> tuple[tuple[int, ...], int]:
        """Return the prompt as tokens, the last of them where it is cut, and how many may follow."""
        limits = self.limits
        need(inputs != "", "`inputs` cannot be empty")
        cut = given.truncate
        need(cut is None or 0 < cut <= limits.max_input_tokens, f"`truncate` must be strictly positive and less than {limits.max_input_tokens}. Given: {cut}")
        judged = given.max_new_tokens == 1 and bool(given.top_n_tokens)
        ids = tuple(piece.id for piece in lay_out(self._tokenizer, inputs, judged=judged))[-(cut or 0) :]
        new = max(1, limits.max_total_tokens - len(ids)) if given.max_new_tokens is None else given.max_new_tokens
        fits = given.max_new_tokens is None or len(ids) + new <= limits.max_total_tokens
        need(fits, f"`inputs` tokens + `max_new_tokens` must be <= {limits.max_total_tokens}. Given: {len(ids)} `inputs` tokens and {new} `max_new_tokens`")
        need(len(ids) <= limits.max_input_tokens, f"`inputs` must have less than {limits.max_input_tokens} tokens. Given: {len(ids)}")
        return ids, new

    async def _grammar(self, given: Grammar | None) -> Automaton | None:
        if given is None:
            return None
        need(not self.limits.disable_grammar_support, "grammar is not supported")
        try:
            return await asyncio.to_thread(lambda: automaton(expression(given), self.vocabulary.texts))
        except NoSuchGrammar as problem:
            raise invalid(f"grammar is not valid: {problem}") from None

    @property
    def _tokenizer(self) -> Tokenizer:
        return self.vocabulary.tokenizer


def need(holds: bool, message: str) -> None:  # noqa: FBT001 - it is what the function is named after
    """Refuse what does not hold."""
    if not holds:
        raise invalid(message)


def _decoding(given: Parameters) -> Decoding:
    """Return how tokens are chosen; a warper samples though `do_sample` is not said, a temperature of 1 warps nothing."""
    warpers = (given.top_k, given.top_p, given.typical_p)
    return Decoding(
        sampled=given.do_sample or given.temperature not in {None, 1.0} or any(warper is not None for warper in warpers),
        temperature=given.temperature,
        top_k=given.top_k,
        top_p=given.top_p,
        typical_p=given.typical_p,
        repetition_penalty=given.repetition_penalty,
        frequency_penalty=given.frequency_penalty,
    )
