"""The card of a publication: what it is, whose licences it is under, how it was made, and what it tells about people.

Numbers of an evaluation over private rows are left out, unless they were released under DP.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from synthc.compiler.graph import Graph, Node
from synthc.compiler.graph.accounting import round_up
from synthc.compiler.graph.written import written
from synthc.runtime.page import wording

HUB_LICENCES = {
    "ODC-BY-1.0": "odc-by",
    "ODBL-1.0": "odbl",
    "PDDL-1.0": "pddl",
    "GPL-3.0-ONLY": "gpl-3.0",
    "GPL-3.0-OR-LATER": "gpl-3.0",
    **{name.upper(): name for name in ("apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-3.0", "cc-by-sa-4.0", "cc-by-sa-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0", "bsd-3-clause", "unlicense")},
}
"""Identifiers of SPDX and what the Hub calls them; all else is `other` there, and named in the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a card speaks of: a node of a run, and what the run came to."""

    node: Node
    graph: Graph
    result: Mapping[str, Any]
    rows: int | None

    @property
    def needed(self) -> list[Node]:
        """What it is made of, each after what it reads; its own declaration is the last."""
        names = self.graph.needs(self.node.name)
        return [node for node in self.graph.nodes if node.name in names]

    @property
    def sources(self) -> list[Node]:
        """The sources that flowed in."""
        return [node for node in self.needed if node.kind == "source"]


def card(about: About) -> str:
    """Return the text of `README.md`."""
    parts = [_head(about), f"# {about.node.name}", _what(about), *_licences(about), *_recipe(about), *_numbers(about), *_privacy(about)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(about: About) -> str:
    said = {node.settings["license"] for node in about.sources if node.settings["visibility"] == "public"}
    one = next(iter(said)) if len(said) == 1 else None
    head: dict[str, Any] = {"license": HUB_LICENCES.get(str(one).upper(), "other"), "tags": ["synthc"]}
    if about.node.columns:
        head["configs"] = [{"config_name": "default", "data_files": "data/*.parquet"}]
    return f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True)}---"


def _what(about: About) -> str:
    node = about.node
    size = f"{about.rows:,} rows with the columns {', '.join(f'`{name}`' for name in node.columns)}" if about.rows is not None else "A model"
    made = f"{size}, made by [synthc](https://pypi.org/project/synthc/) from the recipe below."
    return f"{node.doc.strip()}\n\n{made}" if node.doc else made


def _licences(about: About) -> Iterator[str]:
    yield "## Licences of all that flowed in"
    rows = [f"| `{node.name}` | {_read(node)} | {node.settings['license'] or ('it is not here' if node.settings['visibility'] == 'private' else 'states none')} |" for node in about.sources]
    yield "\n".join(["| source | read from | licence |", "| --- | --- | --- |", *rows]) if rows else "No source was read: all of it was generated."
    answered = {name: found for name, found in about.result.get("endpoints", {}).items() if any(name in node.inputs for node in about.needed)}
    if answered:
        models = ", ".join(f"`{found['model']}`" for found in answered.values())
        yield f"Text was asked of {models}; the terms of {'that model' if len(answered) == 1 else 'those models'} may apply to it too."


def _read(node: Node) -> str:
    if node.settings["visibility"] == "private":
        return "private text of devices"
    reader = node.settings["reader"]
    if reader["kind"] == "hub":
        return f"[{reader['repository']}](https://huggingface.co/datasets/{reader['repository']})"
    return ", ".join(f"`{path}`" for path in reader["paths"]) if reader["kind"] == "files" else f"`{reader['kind']}`"


def _recipe(about: About) -> Iterator[str]:
    yield "## How it was made"
    yield "\n".join(["```synth", *(line for node in about.needed if node.kind != "endpoint" for line in _declaration(node)), "```"])
    for prompt in {step.settings["prompt"]["name"]: step.settings["prompt"] for node in about.needed for step in node.steps if step.verb == "ask"}.values():
        messages = prompt["messages"] or [{"role": "complete", "parts": prompt["complete"]}]
        said = "\n\n".join(f"{message['role']}: {_text(message['parts'])}" for message in messages)
        yield f"The prompt `{prompt['name']}`, at a temperature of {prompt['temperature']:g}:\n\n{_fenced(said)}"
    yield f"The graph `{about.graph.fingerprint}` at the seed {about.result.get('seed')}; `graph.json` holds all of it."


def _declaration(node: Node) -> Iterator[str]:
    if node.kind == "source" and node.settings["visibility"] == "private":
        yield f"private source {node.name}"
    else:
        yield wording.head(node)
    yield from (f"  | {wording.step(step)}" for step in node.steps)


def _text(parts: list[Any]) -> str:
    return "".join(part if isinstance(part, str) else f"{{{{ {written(part['hole'])} }}}}" for part in parts)


def _fenced(text: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in text.split() if set(run) == {"`"}), default=0))
    return f"{fence}\n{text}\n{fence}"


def _privacy(about: About) -> Iterator[str]:
    """Yield what it may tell about one person, by the people that mechanisms read."""
    yield "## Privacy"
    names = {node.name for node in about.needed if node.mechanism}
    read = [ledger for ledger in about.result["privacy"].values() if names & {mechanism["node"] for mechanism in ledger["mechanisms"]}]
    if not read:
        yield "No private text was read to make it." if _released(about) else "No private text was read."
    for ledger in read:
        yield from _ledger(ledger, names, about)


def _numbers(about: About) -> Iterator[str]:
    """Yield the accuracies of a model that were released under DP, with their intervals."""
    rows, said = [], []
    for name, found in _released(about).items():
        own = found["models"][about.node.name]
        people, spent = next((of["people"], one) for of in about.result["privacy"].values() for one in of["mechanisms"] if one["node"] == name)
        said.append(
            f"`{name}` released its numbers with noise, under user-level differential privacy of their own, on text of `{people}`: epsilon = {round_up(spent['epsilon'], 4):.4g} at delta = {spent['delta']:.3g}."
        )
        for metric in (key for key in own if f"{key}_interval" in own):
            low, high = own[f"{metric}_interval"]
            rows.append(f"| `{name}` | `{found['part']}` | {metric} | {own[metric]:.2%} | {low:.2%} to {high:.2%} |")
    if rows:
        yield "## How well it does"
        yield "\n".join(["| evaluation | part | number | mean over users | 95% interval |", "| --- | --- | --- | --- | --- |", *rows])
        yield from said


def _released(about: About) -> dict[str, Mapping[str, Any]]:
    """Return the evaluations under DP that judged a model."""
    return {name: found for name, found in about.result.get("metrics", {}).items() if found.get("release") == "dp" and about.node.name in found["models"]}


def _ledger(ledger: Mapping[str, Any], names: set[str], about: About) -> Iterator[str]:
    total = f"epsilon = {round_up(ledger['epsilon'], 4):.4g} at delta = {ledger['delta']:.3g}" if ledger["epsilon"] is not None else "no bound over all that was done with their text; each mechanism has its own"
    own = "It was measured" if about.node.kind == "measure" else "It was tuned"
    made = own if names == {about.node.name} else f"It rests on {' and '.join(f'`{each}`' for each in sorted(names))}, made"
    yield f"{made} on text of `{ledger['people']}` under user-level differential privacy: {total}. The unit is {ledger['unit']}, the adjacency {ledger['adjacency']}."
    for mechanism in ledger["mechanisms"]:
        if mechanism["node"] in names:
            yield (
                f"- `{mechanism['node']}`: {mechanism['mechanism']}, clip {mechanism['clip']:g}, noise {mechanism['noise']:.4g} times the clip, {_rounds(mechanism)}, alone epsilon = {round_up(mechanism['epsilon'], 4):.4g} at delta = {mechanism['delta']:.3g}"
            )
    if ledger["epsilon"] is not None and any(one["epsilon"] > ledger["epsilon"] for one in ledger["mechanisms"] if one["node"] in names):
        yield "Each epsilon holds at the delta beside it: that of all together, at a larger delta, may be below that of one alone."
    if ledger["lifetime_epsilon"]:
        yield f"Over all runs these people have spent epsilon = {round_up(ledger['lifetime_epsilon'], 4):.4g}."
    yield "\n".join(["It rests on this:", "", *(f"- {text}" for text in ledger["assumptions"])])
    for scored in ledger["evaluations"]:
        times = scored["times_scored"]
        yield f"The part `{scored['part']}` of these people was scored {'an unknown number of times' if times is None else f'{times:,} time' + 's' * (times != 1)} by `{scored['node']}`, without noise; the numbers are not in this card."


def _rounds(mechanism: Mapping[str, Any]) -> str:
    rounds, users = mechanism["rounds_charged"], f"{mechanism['expected_cohort']:,} users"
    often = "an unknown number of rounds" if rounds is None else f"{rounds:,} round{'s' * (rounds != 1)}"
    return f"{often} of all {users}" if mechanism["q"] == 1 else f"{often} of {users} expected"
