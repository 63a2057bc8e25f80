"""Trains the bundled model: `python -m synthc.runtime.endpoints.embedded.train DATA WORK`.

DATA is the folder with `llm_chat_dev`, `human_chat_dev`, `web_text_dev` and
`chatlike_labels_dev`; WORK takes the checkpoints, from which the same command continues.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor
from torch.nn import functional as F

from synthc.runtime.endpoints.embedded.passage import END, PAD, SEP, SPECIAL, TURN
from synthc.runtime.endpoints.embedded.train.corpus import Documents, Exercise, exercises, read_documents
from synthc.runtime.endpoints.embedded.train.network import CONFIG, Llama

LONGEST, BATCH_TOKENS = 320, 3072
GIVEN_WEIGHT, VERDICT_WEIGHT = 0.3, 6.0


def train_tokenizer(documents: Documents, path: Path) -> Tokenizer:
    """Train a byte-level BPE of 4,096 tokens on exercises, or read the one already trained."""
    if path.exists():
        return Tokenizer.from_file(str(path))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=4096, special_tokens=list(SPECIAL), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    sample = itertools.islice(exercises(documents, seed=7), 60_000)
    tokenizer.train_from_iterator((" ".join((e.given, *e.answer)) for e in sample), trainer)
    tokenizer.save(str(path))
    return tokenizer


def encode(exercise: Exercise, tokenizer: Tokenizer) -> tuple[list[int], list[float]]:
    """Return the ids of an exercise and the weight of each as a target."""
    given = tokenizer.encode(exercise.given, add_special_tokens=False).ids[:192]
    ids = [SPECIAL.index(f"<|{exercise.task}|>"), *given, SEP]
    weights = [0.0, *[GIVEN_WEIGHT] * len(given), GIVEN_WEIGHT]
    if exercise.task == "judge":
        return [*ids, SPECIAL.index(f"<|{exercise.answer[0]}|>")], [*weights, VERDICT_WEIGHT]
    for index, turn in enumerate(exercise.answer):
        written = tokenizer.encode(turn, add_special_tokens=False).ids
        ids += [TURN, *written] if index else written
        weights += [1.0] * (len(written) + (index > 0))
    return [*ids, END][:LONGEST], [*weights, 1.0][:LONGEST]


def batches(documents: Documents, tokenizer: Tokenizer, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield ids_BT and weights_BT of about 3,000 tokens, alike in length, padded at the right."""
    stream = exercises(documents, seed)
    while True:
        pool = sorted((encode(next(stream), tokenizer) for _ in range(1024)), key=lambda pair: len(pair[0]))
        groups: list[list[tuple[list[int], list[float]]]] = [[]]
        for pair in pool:
            if len(pair[0]) * (len(groups[-1]) + 1) > BATCH_TOKENS:
                groups.append([])
            groups[-1].append(pair)
        order = torch.randperm(len(groups), generator=torch.Generator().manual_seed(seed)).tolist()
        for index in order:
            width = max(len(ids) for ids, _ in groups[index])
            rows = [ids + [PAD] * (width - len(ids)) for ids, _ in groups[index]]
            weights = [w + [0.0] * (width - len(w)) for _, w in groups[index]]
            yield torch.tensor(rows), torch.tensor(weights)
        seed += 1


def save(model: Llama, folder: Path, facts: dict[str, object]) -> None:
    """Write weights in half precision, the configuration and what was measured."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: w.detach().to(torch.float16).contiguous() for name, w in model.named_parameters()}, str(folder / "model.safetensors"))
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=1) + "\n")
    (folder / "training.json").write_text(json.dumps(facts, indent=1) + "\n")


def train(documents: Documents, work: Path, tokens: int, threads: int) -> None:
    """Train for a number of tokens, with a checkpoint every two minutes."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    # Without the instructions bfloat16 is emulated, at a twentieth of the speed of float32.
    fast_bf16 = torch.cpu._is_avx512_bf16_supported()
    tokenizer = train_tokenizer(documents, work / "tokenizer.json")
    model = Llama()
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.9, 0.95), weight_decay=0.05, fused=True)
    done, step, checkpoint = 0, 0, work / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        done, step = state["done"], state["step"]
    started, saved, smooth = time.time(), time.time(), None
    first = done
    for ids, weights in batches(documents, tokenizer, seed=1_000 + step):
        rate = 2e-3 * min(1.0, (step + 1) / 100) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, done / tokens))))
        for group in optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast_bf16):
            logits = model(ids[:, :-1])
        loss = F.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
        flat = weights[:, 1:].flatten()
        loss = (loss * flat).sum() / flat.sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        done, step = done + int((ids != PAD).sum()), step + 1
        smooth = loss.item() if smooth is None else 0.98 * smooth + 0.02 * loss.item()
        if step % 50 == 0:
            print(f"step {step} tokens {done} loss {smooth:.3f} tokens/s {(done - first) / (time.time() - started):.0f}", flush=True)
        if time.time() - saved > 120 or done >= tokens:
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "done": done, "step": step}, work / "checkpoint.tmp")
            (work / "checkpoint.tmp").rename(checkpoint)
            save(model, work / "weights", {"tokens": done, "loss": round(smooth, 4), "documents_left_out": documents.left_out})
            saved = time.time()
        if done >= tokens:
            return


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--tokens", type=int, default=5_500_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    documents = read_documents(options.data)
    print(f"{len(documents.chats)} chats, {len(documents.articles)} articles, {documents.left_out} left out", flush=True)
    train(documents, options.work, options.tokens, options.threads)


if __name__ == "__main__":
    main()
