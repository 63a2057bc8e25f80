"""A small run's folder, written as a runner would: public web text, a mix, two arms, phones that judge and tune."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from synthc.compiler.graph import Graph, Node, Privacy, Step
from synthc.compiler.graph.encoding import to_json

SECRET = "meet me at the blue door"
"""Text of a private person, which must never be seen."""
ODD = "<script>alert('x')</script> & so on"
"""Public text that would do harm if it were not escaped."""
TEXT = {"kind": "text"}
PUBLIC, PRIVATE, SIMULATED = Privacy.PUBLIC, Privacy.PRIVATE, Privacy.SIMULATED


def node(name: str, kind: str, inputs: tuple[str, ...], settings: dict[str, Any], *, label: Privacy = PUBLIC, steps: tuple[Step, ...] = ()) -> Node:
    """Return a node declared somewhere."""
    return Node(name=name, kind=kind, inputs=inputs, settings=settings, label=label, steps=steps, columns={"text": TEXT}, place="keys.synth:1:1")


def source(name: str, *, private: bool) -> Node:
    """Return a source: of phones if it is private."""
    reader = {"kind": "files", "paths": [f"data/{name}.jsonl"]}
    settings: dict[str, Any] = {"reader": reader, "visibility": "private" if private else "public", "license": None if private else "CC0-1.0", "people": "us" if private else None}
    return node(name, "source", (), settings, label=PRIVATE if private else PUBLIC)


def filtered() -> Node:
    """Return a filter that counts words and asks."""
    long_enough = {"op": ">=", "args": [{"call": "words", "args": [{"column": "text"}]}, {"value": 5}]}
    likely = {"op": ">=", "args": [{"method": "p", "of": {"column": "chatty"}, "args": [{"value": "yes"}]}, {"value": 0.5}]}
    prompt: dict[str, Any] = {"name": "on_phone", "messages": [{"role": "user", "parts": ["Typed on a phone?\n\n", {"hole": {"column": "text"}}]}], "complete": None}
    prompt |= {"answer": {"kind": "choice", "options": ["yes", "no"]}, "max_input": 512, "max_output": 8, "temperature": 0.0, "top_p": None}
    ask = {"name": "chatty", "prompt": prompt, "slots": {"text": {"column": "text"}}, "endpoint": {"node": "embedded"}, "on_fail": "set_aside"}
    steps = (("where", {"expr": long_enough}), ("ask", ask), ("where", {"expr": likely}))
    made = tuple(Step(verb=verb, settings=settings, place="keys.synth:9:5") for verb, settings in steps)
    return node("typed", "filter", ("web", "embedded"), {"from": {"node": "web"}, "max_failures": 0.01}, steps=made)


def tuned(dp: Mapping[str, Any] | None, *, simulate: bool, label: Privacy) -> Node:
    """Return the federation."""
    settings: dict[str, Any] = {"model": {"node": "warm"}, "users": {"node": "phones"}, "rounds": 40, "cohort": 5000, "part": "train", "people": "us"}
    settings |= {"local": {"kind": "sgd", "learning_rate": 0.5, "epochs": 1, "batch": 8, "max_words": 400, "max_sentences": None, "proximal": 0.0}, "dropout": 0.0, "stragglers": 0.0, "report_goal": None}
    settings |= {"server": {"kind": "sgd", "learning_rate": 1.0, "momentum": 0.9}, "dp": dp, "population_is": "simulated" if simulate else "declared"}
    return node("tuned", "federate", ("warm", "phones"), settings, label=label)


def graph(*, dp: bool = True, simulate: bool = True) -> Graph:
    """Return the graph of a small comparison."""
    gaussian = {"mechanism": "gaussian", "clip": 0.3, "noise": 0.7024, "epsilon": 3.997, "delta": 1e-9, "sampling": 0.00714}
    label = PRIVATE if not dp else SIMULATED if simulate else Privacy.DP
    parts = [{"of": {"node": name}, "name": name, "share": share} for name, share in (("web", 0.25), ("typed", 0.75))]
    arm = {"model": {"node": "keyboard"}, "words": 120_000, "seeds": 2, "batch": 16, "learning_rate": 0.005}
    judged = ("baseline", "warm", "tuned")
    pairs = [[{"node": "warm"}, {"node": "baseline"}], [{"node": "tuned"}, {"node": "warm"}]]
    scored = {"metric": "next_word", "models": [{"node": name} for name in judged], "rows": {"node": "phones"}, "part": "test", "pairs": pairs}
    nodes = (
        source("web", private=False),
        source("phones", private=True),
        node("embedded", "endpoint", (), {"kind": "embedded", "url": None}),
        filtered(),
        node("corpus", "mix", ("web", "typed"), {"parts": parts, "words": None}),
        node("keys", "vocab", ("web", "corpus"), {"kind": "word_vocab", "from": [{"node": "web"}, {"node": "corpus"}], "size": 2000}),
        node("keyboard", "model", ("keys",), {"kind": "lstm", "vocab": {"node": "keys"}, "hidden": 160}),
        node("baseline", "pretrain", ("keyboard", "web"), {**arm, "rows": {"node": "web"}}),
        node("warm", "pretrain", ("keyboard", "corpus"), {**arm, "rows": {"node": "corpus"}}),
        tuned(gaussian if dp else None, simulate=simulate, label=label),
        node("accuracy", "evaluate", (*judged, "phones"), {**scored, "require": [], "require_text": ["warm.top1 >= baseline.top1 * 1.1"]}, label=PRIVATE),
    )
    return Graph(name="keys", params={"chats": 2000, "who": ODD}, nodes=nodes, budgets={"phones": {"epsilon": 8.0, "delta": 1e-8}})


def accuracies(top1: float, seeds: int = 2) -> dict[str, Any]:
    """Return all metrics of a model."""
    found: dict[str, Any] = {}
    for k, base in ((1, top1), (3, top1 * 1.6)):
        for ending, factor in (("", 1.0), ("_known", 1.07), ("_after_first", 1.1)):
            found |= {f"top{k}{ending}": base * factor, f"top{k}_macro{ending}": base * factor * 0.97}
    return {**found, "unknown": 0.061, "words": 1832.0, "users": 33.0, "seeds": seeds, "top1_range": [top1 * 0.97, top1 * 1.02]}


def metrics() -> dict[str, Any]:
    """Return the numbers of the evaluation."""
    models = {"baseline": accuracies(0.152), "warm": accuracies(0.193), "tuned": accuracies(0.196, seeds=1)}
    pairs = [
        {"model": "warm", "against": "baseline", "relative": 0.2697, "interval": [0.2201, 0.3143]},
        {"model": "tuned", "against": "warm", "relative": 0.0155, "interval": [-0.0121, 0.0433]},
    ]
    return {"accuracy": {"release": "not dp", "part": "test", "times_scored": 3, "models": models, "pairs": pairs, "unmet": []}}


def privacy(*, simulate: bool = True, noise_generator: str = "entropy") -> dict[str, Any]:
    """Return the privacy ledger of the phones."""
    mechanism: dict[str, Any] = {"node": "tuned", "mechanism": "gaussian", "sampler": "poisson", "q": 0.00714, "expected_cohort": 5000, "clip": 0.3, "noise": 0.7024}
    mechanism |= {"sigma_on_mean": 4.2e-5, "noise_to_clip": 1.4e-4, "rounds_planned": 40, "rounds_charged": 0 if simulate else 40, "delta": 1e-9, "epsilon": 3.997}
    source: dict[str, Any] = {"unit": "all rows of one user", "adjacency": "add/remove", "people": "us", "population": 1_000_000, "train_share": 0.7, "delta": 1e-8}
    source |= {"population_is": "simulated" if simulate else "declared", "epsilon": 3.3317, "epsilon_rdp": 4.21, "epsilon_prv": 3.341, "rho": None}
    source |= {"accountant": "dp-accounting 0.6.0 PLD", "discretisation": 1e-4, "noise_generator": noise_generator, "budget": {"epsilon": 8.0, "delta": 1e-8}}
    return {"phones": {**source, "lifetime_epsilon": None if simulate else 5.1, "assumptions": ["each user joins each round by a coin of their own"], "mechanisms": [mechanism]}}


COUNTS: Mapping[str, dict[str, Any]] = {
    "web": {"in": 612, "out": 600, "filtered": 0, "duplicates": 0, "failed": 12, "added": 0},
    "typed": {
        "in": 600, "out": 148, "filtered": 450, "duplicates": 0, "failed": 2, "added": 0, "unread": 0,
        "steps": [
            {"verb": "where", "rows_in": 600, "rows_out": 560, "filtered": 40, "duplicates": 0, "failed": 0, "added": 0},
            {"verb": "ask", "rows_in": 560, "rows_out": 558, "filtered": 0, "duplicates": 0, "failed": 2, "added": 0},
            {"verb": "where", "rows_in": 558, "rows_out": 148, "filtered": 410, "duplicates": 0, "failed": 0, "added": 0},
        ],
    },
    "corpus": {"in": 748, "out": 190, "filtered": 558, "duplicates": 0, "failed": 0, "added": 0, "words": {"web": 980, "typed": 2930}},
}  # fmt: skip
ROWS = {"web": [ODD, "the treaty ended three decades of war", "a" * 500], "typed": ["running late", "see u at 8"], "corpus": ["see u at 8"]}
USED = {"requests": 540, "cached_requests": 20, "failed_requests": 2, "tokens_in": 31_400, "tokens_out": 560}
UNUSED = dict.fromkeys(USED, 0)


def entry(node: Node, status: str = "done") -> dict[str, Any]:
    """Return what is told about a node; of a private one nothing but its status."""
    if node.private:
        return {"name": node.name, "kind": node.kind, "status": status, "rows": None, "seconds": None, **dict.fromkeys(USED)}
    used = USED if node.name == "typed" else UNUSED
    rows = COUNTS.get(node.name, {}).get("out")
    return {"name": node.name, "kind": node.kind, "status": status, "rows": rows, "seconds": 12.4, **used}


def write_run(folder: Path, *, of: Graph | None = None, ledger: dict[str, Any] | None = None, until: str | None = None, status: str = "done", **more: Any) -> Path:
    """Write the folder of a run that came as far as the node `until`, the end if there is none."""
    whole = of or graph()
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "graph.json", to_json(whole))
    names = [n.name for n in whole.nodes]
    done = [n for n in whole.nodes[: len(names) if until is None else names.index(until)] if n.kind != "endpoint"]
    events: list[dict[str, Any]] = [{"event": "run_started", "time": 1_795_533_240.0, "graph": whole.fingerprint}]
    for made in done:
        events += _events(made)
        _artefacts(folder, made)
    problem = None if status == "done" else "keys.synth:9:5: `typed` stopped; the same command goes on"
    events.append({"event": "run_finished", "time": 1_795_533_460.0, "status": status, "problem": problem})
    write(folder / "events.jsonl", "".join(json.dumps(event) + "\n" for event in events))
    reached = {n.name for n in done}
    nodes = [entry(n, "done" if n.name in reached else "failed" if n.name == until else "skipped") for n in whole.nodes if n.kind != "endpoint"]
    endpoints = {"embedded": {"model": "synthc-embedded", "revision": "9f2c", "server": "embedded"}}
    found = metrics() if "accuracy" in reached else {}
    told = privacy() if ledger is None else ledger
    result = {"run": "runs/keys-12345678", "status": status, "problem": problem, "nodes": nodes, "endpoints": endpoints, "seed": 0, "limit": None, "test_noise": None}
    write(folder / "result.json", json.dumps({**result, **more}))
    write(folder / "metrics.json", json.dumps(found))
    write(folder / "privacy.json", json.dumps(told))
    return folder


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _events(made: Node) -> list[dict[str, Any]]:
    about = {"time": 1_795_533_300.0, "node": made.name}
    note = {"corpus": "`typed` is repeated 2 times to make 75% of the mix", "warm": "more than 4 passes over the same words: the model may learn them by heart"}
    told = [{"event": "note", **about, "text": note[made.name]}] if made.name in note else []
    finished = {key: value for key, value in entry(made).items() if key != "name"}
    return [{"event": "node_started", **about, "kind": made.kind}, *told, {"event": "node_finished", **about, **finished}]


def _artefacts(folder: Path, made: Node) -> None:
    """Write what a node left; what private nodes left too, where it never should be, so that a test sees that it is not read."""
    data, models = folder / "datasets" / made.name, folder / "models" / made.name
    if made.name in COUNTS:
        write(data / "counts.json", json.dumps(COUNTS[made.name]))
        pl.DataFrame({"_id": [str(i) for i in range(len(ROWS[made.name]))], "text": ROWS[made.name]}).write_parquet(data / "part-00000.parquet")
    if made.name == "phones":
        write(data / "counts.json", json.dumps({"in": 7777, "out": 7777, "filtered": 0, "duplicates": 0, "failed": 0, "added": 0}))
        pl.DataFrame({"_id": ["1"], "text": [SECRET]}).write_parquet(data / "part-00000.parquet")
        write(folder / "failures" / "phones.jsonl", json.dumps({"row": "1", "reason": SECRET}) + "\n")
    if made.name == "web":
        write(folder / "failures" / "web.jsonl", (json.dumps({"row": "3", "place": "web.jsonl:3", "reason": f"not JSON: {ODD}"}) + "\n") * 12)
    if made.kind == "vocab":
        write(models / "coverage.json", json.dumps({"web": {"words": 9120, "distinct": 3100, "known": 0.931}, "corpus": {"words": 3910, "distinct": 1200, "known": 0.972}}))
    if made.kind == "pretrain":
        write(models / "training.json", json.dumps({"words": 9120, "unknown": 0.069, "passes": 13.16, "sentences": 702}))
