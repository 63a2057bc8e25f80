"""A causal language model in this process, made of random numbers."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from pathlib import Path

import pytest

from synthc.runtime.answers import read_answer
from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.transformers import TransformersEndpoint
from synthc.runtime.errors import InputError
from tests.runtime.endpoints.questions import ALIKE, YES_NO, chat, complete

transformers = pytest.importorskip("transformers")

TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small model that reads bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    folder = tmp_path_factory.mktemp("models") / "tiny"
    bytes_ = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={"</s>": 0, **{byte: n for n, byte in enumerate(bytes_, 1)}}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>", chat_template=TEMPLATE)
    config = transformers.LlamaConfig(
        vocab_size=257, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256, eos_token_id=0, bos_token_id=None
    )
    transformers.set_seed(1)
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


def use(folder: Path, *requests: Request, batch: int = 16) -> tuple[Identity, list[Reply]]:
    """Return which model it is, and its answers to questions that are asked together."""

    async def run() -> tuple[Identity, list[Reply]]:
        endpoint = TransformersEndpoint(name="llm", model=str(folder), device="cpu", batch=batch)
        try:
            return await endpoint.identity(), list(await asyncio.gather(*map(endpoint.answer, requests)))
        finally:
            await endpoint.close()

    return asyncio.run(run())


def test_it_is_known_by_its_files(model: Path) -> None:
    """So other weights in the same folder are another model."""
    identity, _ = use(model)

    assert (identity.model, len(identity.revision)) == ("tiny", 32)
    assert identity.server == f"transformers {transformers.__version__}"


def test_it_writes_what_transformers_writes(model: Path) -> None:
    """Greedily, whatever else is in the batch."""
    network = transformers.AutoModelForCausalLM.from_pretrained(model)
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    texts = ["Say hello", "a", "Something longer than the others, to be filled up beside"]

    _, replies = use(model, *(complete(text, max_output=8) for text in texts))

    for text, reply in zip(texts, replies, strict=True):
        read = tokenizer(text, return_tensors="pt")["input_ids"]
        wanted = network.generate(read, max_new_tokens=8, do_sample=False, pad_token_id=0)[0, read.shape[1] :]
        assert reply.text == tokenizer.decode(wanted, skip_special_tokens=True)
        assert reply.tokens_in == read.shape[1]


def test_a_seed_gives_the_same_answer_alone_and_in_a_batch(model: Path) -> None:
    """Each row has a generator of its own."""
    asked = [complete(f"Say hello {n}", temperature=1.0, top_p=0.9, seed=n, max_output=12) for n in range(6)]

    alone = [use(model, one)[1][0].text for one in asked]
    together = [reply.text for reply in use(model, *asked, batch=4)[1]]

    assert alone == together
    assert len(set(alone)) > 1


@pytest.mark.parametrize("ask", [complete, chat])
def test_options_are_scored_as_a_whole(model: Path, ask: object) -> None:
    """Also such as begin alike; the same as a pass over each alone."""
    import torch

    network = transformers.AutoModelForCausalLM.from_pretrained(model)
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    prompt, space = ("Say hello", " ") if ask is complete else ("<system>Be brief.<user>Say hello<assistant>", "")

    _, (reply, other) = use(model, ask("Say hello", answer=ALIKE), ask("Say hello", answer=YES_NO))  # type: ignore[operator]

    assert reply.choices is not None
    for option in ALIKE["options"]:
        read, end = tokenizer(prompt)["input_ids"], tokenizer(space + str(option))["input_ids"]
        with torch.inference_mode():
            told = torch.log_softmax(network(torch.tensor([read + end])).logits[0], dim=-1)
        wanted = sum(float(told[len(read) + place - 1, token]) for place, token in enumerate(end))
        assert reply.choices[str(option)] == pytest.approx(wanted, abs=1e-3)
    assert math.isclose(sum(read_answer(other, YES_NO)["p"].values()), 1.0)


def test_what_does_not_fit_is_set_aside_or_cut(model: Path) -> None:
    """The model reads 256 tokens, which are bytes here."""
    long = complete("x" * 400)

    with pytest.raises(EndpointError, match=r"^the prompt has 400 tokens, and the server takes 240 beside an answer of 16; "):
        use(model, long)
    assert use(model, replace(long, cut=True))[1][0].tokens_in == 240


def test_what_cannot_be_loaded_is_an_error_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As is a missing package."""
    with pytest.raises(InputError, match=r"^endpoint `llm`: .* can't be loaded \(.*\); name a folder or a repository with a causal language model$"):
        use(tmp_path)
    monkeypatch.setattr("synthc.runtime.endpoints.transformers.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"^endpoint `llm` needs transformers, which is not installed; install it with `pip install 'synthc\[transformers\]'`$"):
        use(tmp_path)
