"""The weights in numpy, and what is made of a request."""

from __future__ import annotations

import numpy as np
import pytest

from synthc.runtime.endpoints.base import Request
from synthc.runtime.endpoints.embedded.decode import LONGEST_GIVEN, WEIGHTS, Decoder, revision
from synthc.runtime.endpoints.embedded.passage import SPECIAL
from synthc.runtime.endpoints.embedded.reading import read_task


def request(text: str, kind: str = "text") -> Request:
    """Return a question."""
    return Request(messages=None, prompt=text, answer={"kind": kind}, max_input=None, max_output=8, temperature=0.0, top_p=None, stop=(), seed=None)


def test_the_weights_are_whole() -> None:
    """All layers of the Llama layout, in shapes that fit the configuration and the tokenizer."""
    decoder = Decoder(WEIGHTS)
    config, weights = decoder.network.config, decoder.network.weights

    assert weights["model.embed_tokens.weight"].shape == (config["vocab_size"], config["hidden_size"])
    assert decoder.tokenizer.get_vocab_size() == config["vocab_size"]
    assert [decoder.tokenizer.token_to_id(token) for token in SPECIAL] == list(range(len(SPECIAL)))
    assert sum(name.startswith("model.layers.") for name in weights) == 9 * config["num_hidden_layers"]
    assert all(np.isfinite(weight).all() and weight.dtype == np.float32 for weight in weights.values())
    assert len(revision()) == 16


def test_a_cache_gives_what_reading_all_at_once_gives() -> None:
    """Token by token or together, padded or not."""
    network = Decoder(WEIGHTS).network
    ids = np.array([[7, 300, 301, 302, 303]])
    whole = network.features(ids, np.array([0]), network.cache(1, 5), 0)
    cache = network.cache(1, 5)

    steps = [network.features(ids[:, at : at + 1], np.array([0]), cache, at)[:, 0] for at in range(5)]
    padded = network.features(np.pad(ids, ((0, 0), (3, 0))), np.array([3]), network.cache(1, 8), 0)[:, 3:]

    np.testing.assert_allclose(np.stack(steps, 1), whole, atol=1e-4)
    np.testing.assert_allclose(padded, whole, atol=1e-4)


@pytest.mark.parametrize(
    ("text", "kind", "task", "given"),
    [
        ("Judge this.\n\nHELLO  there", "choice", "judge", "hello there"),
        ("Make a chat of it.\n\nA bridge opened.\n\nIn May.", "list", "chat", "A bridge opened. In May."),
        ("Invent.\n\nage: 30\napp: messages", "list", "invent", "age: 30\napp: messages"),
        ("no instruction", "bool", "judge", "no instruction"),
        ("", "text", "chat", ""),
    ],
)
def test_a_request_is_one_of_three_tasks(text: str, kind: str, task: str, given: str) -> None:
    """What stands before the first blank line is taken as the instruction and not read."""
    found = read_task(request(text, kind))

    assert (found.name, found.given) == (task, given)


@pytest.mark.parametrize("text", ["", "word " * 5000, "\u2603\U0001f600" * 300])
def test_any_text_finds_a_bucket(text: str) -> None:
    """However long or strange."""
    prepared = Decoder(WEIGHTS).prepare(request(text))

    assert len(prepared.ids) <= prepared.bucket
    assert len(prepared.ids) <= LONGEST_GIVEN + 2
