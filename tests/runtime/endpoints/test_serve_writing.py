"""What the server writes: the same for the same seed whatever the load, until it is to stop, within a grammar."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from synthc.runtime.endpoints.base import Message, Request
from synthc.runtime.endpoints.embedded.decode import Decoder
from synthc.runtime.endpoints.embedded.server.spelling import UNKNOWN, Spelling, Vocabulary
from tests.runtime.endpoints.served import Served, served

TEXT = "The new bridge over the river opened in May."


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server as the command starts it."""
    with served() as found:
        yield found


def asked(answer: dict[str, Any]) -> Request:
    """Return a question as the in-process endpoint takes it."""
    message = Message(role="user", content=f"See below.\n\n{TEXT}")
    return Request(messages=(message,), prompt=None, answer=answer, max_input=None, max_output=24, temperature=0.0, top_p=None, stop=(), seed=None)


def test_a_judgement_is_that_of_the_in_process_model(server: Served) -> None:
    """By the likely first tokens, which are the verdicts."""
    decoder = Decoder()
    inside = decoder.answer([decoder.prepare(asked({"kind": "choice", "options": ["yes", "no"]}))])[0].choices
    body = {"messages": [{"role": "user", "content": f"See below.\n\n{TEXT}"}], "max_tokens": 1, "logprobs": True, "top_logprobs": 2}
    top = server.ask("/v1/chat/completions", body).body["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
    told = {one["token"]: one["logprob"] for one in top}

    assert inside is not None
    assert told.keys() == inside.keys()
    assert told["yes"] - told["no"] == pytest.approx(inside["yes"] - inside["no"], abs=1e-3)


def test_a_greedy_answer_is_that_of_the_in_process_model(server: Served) -> None:
    """Its turns are lines."""
    decoder = Decoder()
    inside = json.loads(decoder.answer([decoder.prepare(asked({"kind": "list", "of": {"kind": "text"}}))])[0].text)
    body = {"messages": [{"role": "user", "content": f"See below.\n\n{TEXT}"}], "max_tokens": 24, "temperature": 0}
    lines = server.ask("/v1/chat/completions", body).body["choices"][0]["message"]["content"].splitlines()

    assert inside
    assert [line.strip() for line in lines][: len(inside)] == inside


def test_a_seed_gives_the_same_text_whoever_else_is_in_the_batch(server: Served) -> None:
    """Alone, and among others that join and leave; another seed gives another text."""
    parameters: dict[str, Any] = {"do_sample": True, "max_new_tokens": 70, "details": True}
    alone = server.generate(TEXT, **parameters, seed=7)
    with ThreadPoolExecutor(12) as pool:
        others = [pool.submit(server.generate, f"{TEXT} {n}" * (1 + n % 3), do_sample=True, max_new_tokens=5 + 9 * n, seed=n) for n in range(12)]
        among = [pool.submit(server.generate, TEXT, **parameters, seed=7) for _ in range(3)]

    assert [one.result() == alone for one in among] == [True] * 3
    assert all(other.result()["generated_text"] for other in others)
    assert alone["details"]["seed"] == 7
    assert server.generate(TEXT, **parameters, seed=8)["generated_text"] != alone["generated_text"]


def test_without_parameters_it_samples_and_with_empty_ones_it_does_not(server: Served) -> None:
    """The trap of TGI; a seed is told only where it had a say."""
    greedy = server.ask("/generate", {"inputs": "hi", "parameters": {"max_new_tokens": 4, "details": True}}).body
    again = server.ask("/generate", {"inputs": "hi", "parameters": {"max_new_tokens": 4, "details": True, "temperature": 1.0, "seed": 3}}).body
    warped = server.ask("/generate", {"inputs": "hi", "parameters": {"max_new_tokens": 4, "details": True, "temperature": 0.9, "seed": 3}}).body
    texts = {server.ask("/generate", {"inputs": "hi"}).body["generated_text"] for _ in range(4)}

    assert again == greedy
    assert (greedy["details"]["seed"], warped["details"]["seed"]) == (None, 3)
    assert len(texts) > 1


def test_a_stop_ends_the_text_and_stays_in_it(server: Served) -> None:
    """Where a token ends with it; inside of one it is not seen."""
    whole = server.generate(TEXT, max_new_tokens=24, details=True)
    texts = [token["text"] for token in whole["details"]["tokens"]]
    long = next(text for text in texts if len(text) > 2)
    stopped = server.generate(TEXT, max_new_tokens=24, details=True, stop=["@@", long])
    inside = server.generate(TEXT, max_new_tokens=texts.index(long) + 1, details=True, stop=[long[:-1]])

    assert stopped["details"]["finish_reason"] == "stop_sequence"
    assert stopped["generated_text"] == "".join(texts[: texts.index(long) + 1])
    assert inside["details"]["finish_reason"] == "length" or inside["generated_text"].endswith(long[:-1])


def test_a_truncated_prompt_keeps_its_end(server: Served) -> None:
    """Which is the same as if only that had been sent."""
    told = server.generate(TEXT, truncate=4, max_new_tokens=1, details=True, decoder_input_details=True)
    ids = [token["id"] for token in server.ask("/tokenize", {"inputs": TEXT}).body]

    assert [token["id"] for token in told["details"]["prefill"]] == ids[-4:]


def test_the_prompt_s_log_probabilities_are_those_of_its_tokens(server: Served) -> None:
    """All but the first, which nothing comes before."""
    prefill = server.generate(TEXT, max_new_tokens=1, decoder_input_details=True)["details"]["prefill"]

    assert prefill[0]["logprob"] is None
    assert all(token["logprob"] < 0 for token in prefill[1:])
    assert [token["id"] for token in prefill] == [token["id"] for token in server.ask("/tokenize", {"inputs": TEXT}).body]


def test_the_best_of_two_is_the_likelier(server: Served) -> None:
    """The other comes along in the details; each has a seed that writes it again."""
    best = server.generate(TEXT, max_new_tokens=6, do_sample=True, best_of=2, details=True)
    (other,) = best["details"]["best_of_sequences"]
    mean = [sum(token["logprob"] for token in one["tokens"]) / len(one["tokens"]) for one in (best["details"], other)]

    assert mean[0] >= mean[1]
    assert best["details"]["seed"] != other["seed"]
    assert server.generate(TEXT, max_new_tokens=6, do_sample=True, seed=other["seed"])["generated_text"] == other["generated_text"]


def test_top_tokens_are_the_likeliest_and_the_chosen_is_first_when_greedy(server: Served) -> None:
    """With the log-probabilities that the token itself is told with."""
    details = server.generate(TEXT, max_new_tokens=4, details=True, top_n_tokens=5)["details"]

    for token, top in zip(details["tokens"], details["top_tokens"], strict=True):
        assert (top[0]["id"], top[0]["logprob"]) == (token["id"], token["logprob"])
        assert [one["logprob"] for one in top] == sorted((one["logprob"] for one in top), reverse=True)
        assert sum(math.exp(one["logprob"]) for one in top) <= 1.0001


def test_warpers_leave_what_they_say(server: Served) -> None:
    """One token of top_k 1 is certain; penalties and shares change what is written, never whether."""
    certain = server.generate(TEXT, do_sample=True, top_k=1, max_new_tokens=5, details=True)["details"]["tokens"]
    greedy = server.generate(TEXT, max_new_tokens=5)["generated_text"]
    penalised = server.generate(TEXT, max_new_tokens=24, repetition_penalty=5.0, frequency_penalty=1.0, details=True)["details"]["tokens"]

    assert [token["logprob"] for token in certain] == [0.0] * 5
    assert "".join(token["text"] for token in certain) == greedy
    assert len({token["id"] for token in penalised}) > 0.8 * len(penalised)
    for share in ({"top_p": 0.01}, {"typical_p": 0.01}):
        assert all(token["logprob"] == 0.0 for token in server.generate(TEXT, seed=1, max_new_tokens=3, details=True, **share)["details"]["tokens"])


@pytest.mark.parametrize("pattern", ["yes|no", r"not\ sure|maybe", r"[A-Z][a-z]{2,5} [0-9]{4}", "(ab){1,6}c"])
def test_an_answer_within_a_regular_expression_matches_it(server: Served, pattern: str) -> None:
    """As far as there is room for it."""
    answer = server.generate(TEXT, max_new_tokens=60, do_sample=True, seed=3, grammar={"type": "regex", "value": pattern}, details=True)

    assert answer["details"]["finish_reason"] == "eos_token"
    assert re.fullmatch(pattern, answer["generated_text"])


SCHEMA = {
    "properties": {
        "name": {"type": "string", "maxLength": 8},
        "mood": {"enum": ["good", "bad"]},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 1, "maxItems": 2},
        "sure": {"type": "boolean"},
        "of": {"type": "object", "properties": {"n": {"anyOf": [{"type": "null"}, {"const": 7}]}}},
    },
    "$defs": {"tag": {"type": "string", "pattern": "[a-c]{1,2}"}},
}


@pytest.mark.parametrize("kind", ["json", "json_schema", "text"])
def test_an_answer_within_a_schema_has_its_properties(server: Served, kind: str) -> None:
    """In TGI's three spellings: the schema, one with a name, and one written as a text."""
    value = {"json": SCHEMA, "json_schema": {"name": "x", "schema": SCHEMA}, "text": json.dumps(SCHEMA)}[kind]
    grammar = {"type": "json" if kind == "text" else kind, "value": value}
    found = json.loads(server.generate(TEXT, max_new_tokens=200, do_sample=True, seed=5, grammar=grammar)["generated_text"])

    assert list(found) == ["name", "mood", "tags", "sure", "of"]
    assert found["mood"] in {"good", "bad"}
    assert all(re.fullmatch("[a-c]{1,2}", tag) for tag in found["tags"])
    assert 1 <= len(found["tags"]) <= 2
    assert found["of"]["n"] in {None, 7}


def test_the_full_text_begins_with_the_prompt(server: Served) -> None:
    """Where it is asked for, and at `/` where it is not refused."""
    assert server.generate("hi", max_new_tokens=2, return_full_text=True)["generated_text"].startswith("hi")
    assert not server.generate("hi", max_new_tokens=2)["generated_text"].startswith("hi")
    body: dict[str, Any] = {"inputs": "hi", "parameters": {"max_new_tokens": 2}}
    assert server.ask("/", body).body[0]["generated_text"].startswith("hi")
    body["parameters"]["return_full_text"] = False
    assert not server.ask("/", body).body[0]["generated_text"].startswith("hi")


def test_a_character_of_several_tokens_is_written_when_it_is_whole() -> None:
    """Half of one is never shown, unless it is all there is."""
    vocabulary = Vocabulary(tokenizer=Decoder().tokenizer)
    ids = vocabulary.tokenizer.encode("a\u65e5b", add_special_tokens=False).ids
    spelling = Spelling(vocabulary=vocabulary)
    pieces = [spelling.add(id_) for id_ in ids]
    cut = Spelling(vocabulary=vocabulary)

    assert "".join(pieces) == spelling.text == "a\u65e5b"
    assert not any(UNKNOWN in piece for piece in pieces)
    assert [cut.add(ids[1]), cut.add(3)] == ["", f"{UNKNOWN}\n"]


def test_tokenize_says_where_each_token_stands(server: Served) -> None:
    """Those that are set around the text stand nowhere."""
    tokens = server.ask("/tokenize", {"inputs": "hey you"}).body

    assert "".join(token["text"] for token in tokens) == "hey you"
    assert [("hey you"[token["start"] : token["stop"]]) for token in tokens] == [token["text"] for token in tokens]
    assert [(tokens[at]["start"], tokens[at]["stop"]) for at in (0, -1)] == [(0, 0), (0, 0)]


def test_a_chat_is_laid_out_as_the_model_was_trained(server: Served) -> None:
    """The task, the passage without its instruction, and its end; the tokens are those that are read."""
    body = {"messages": [{"role": "user", "content": "Make a chat.\n\n" + "word " * 400}]}
    told = server.ask("/chat_tokenize", body).body
    usage = server.ask("/v1/chat/completions", {**body, "max_tokens": 1}).body["usage"]

    assert told["templated_text"].startswith("<|chat|>word word")
    assert told["templated_text"].endswith("<|sep|>")
    assert len(told["tokenize_response"]) == usage["prompt_tokens"] == 194
