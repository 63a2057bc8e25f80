"""What was run: the command, the params, and each node as it could be written in a spec."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from synthc.compiler.graph import Graph, Node
from synthc.compiler.graph.written import literal, written
from synthc.runtime.page import wording
from synthc.runtime.page.facts import Facts
from synthc.runtime.page.markup import Column, Markup, absent, element, folded, join, prose, table

IN_HEAD = frozenset({"reader", "visibility", "from", "parts", "model", "rows", "users", "models", "metric", "numbers", "vocab", "part", "require", "population_is", "budget", "train_share", "grid"})
"""Settings that the first line of a declaration says already, or that the compiler worked out."""


def settings(facts: Facts) -> Markup:
    """Return the section."""
    prompts = list(_prompts(facts.graph))
    asked = [folded("Prompts, as they are sent", *prompts)] if prompts else []
    nodes = folded("Nodes and their settings", *(element("pre", element("code", _declaration(node))) for node in facts.graph.nodes))
    intro = prose(
        "The folder holds the compiled graph; the spec it was compiled from is not in it."
        " This command carries the same graph out again, and answers that were paid for are not asked again:"
    )
    said = element("pre", element("code", command(facts)), class_="command")
    if facts.result.get("seed") is None:
        said = join([said, element("p", absent("Seed and limits of a run are told when it ends; where they were not the usual ones, they belong in this command."))])
    return element("section", element("h2", "Settings"), element("p", intro), said, _params(facts), nodes, *asked, id="settings")


def command(facts: Facts) -> str:
    """Return the command that reproduces the run."""
    run = str(facts.result.get("run") or f"runs/{facts.folder.name}")
    options = [(option, facts.result.get(key)) for option, key in (("--seed", "seed"), ("--limit", "limit"), ("--test-noise", "test_noise"))]
    return shlex.join(["synthc", "run", f"{run}/graph.json", *(str(part) for pair in options if pair[1] is not None for part in pair)])


def _params(facts: Facts) -> Markup:
    if not facts.graph.params:
        return element("p", absent("The spec has no params."))
    rows = [[element("code", name), element("code", wording.setting(value))] for name, value in facts.graph.params.items()]
    return table((Column(title="Param", number=False), Column(title="Value", number=False)), rows, caption="Params")


def _declaration(node: Node) -> str:
    """Return a node as a declaration; settings that say nothing are left out."""
    texts = {name: wording.setting(value) for name, value in node.settings.items() if name not in IN_HEAD and value not in (None, [], {})}
    lines = [wording.head(node)]
    if node.kind == "generate" and "grid" in node.settings:
        texts = {f"grid.{name}": _slot(slot) for name, slot in node.settings["grid"].items()} | texts
    wide = max((len(name) for name in texts), default=0)
    lines += [f"  {name:<{wide}} = {text}" for name, text in texts.items()]
    lines += [f"  | {wording.step(step)}" for step in node.steps]
    return "\n".join(lines)


def _slot(slot: Mapping[str, Any]) -> str:
    if "range" in slot:
        return f"{slot['range'][0]}..{slot['range'][1]}"
    if "column" in slot:
        return f"{slot['column'][0]['node']}.{slot['column'][1]}"
    return wording.setting(slot["list"])


def _prompts(graph: Graph) -> Iterator[Markup]:
    """Yield each prompt once, with its holes as they are written."""
    seen: set[str] = set()
    for node in graph.nodes:
        for step in node.steps:
            if step.verb != "ask" or step.settings["prompt"]["name"] in seen:
                continue
            prompt = step.settings["prompt"]
            seen.add(prompt["name"])
            messages = prompt["messages"] or [{"role": "complete", "parts": prompt["complete"]}]
            texts = [element("pre", element("code", f"{message['role']}:\n{_text(message['parts'])}")) for message in messages]
            decoding = ", ".join(f"{name} = {wording.setting(prompt[name])}" for name in ("max_input", "max_output", "temperature", "top_p", "retries") if prompt.get(name) is not None)
            yield element("div", element("h4", element("code", prompt["name"])), *texts, element("p", element("code", decoding), class_="remark"))


def _text(parts: list[Any]) -> str:
    return "".join(part if isinstance(part, str) else _hole(part["hole"]) for part in parts)


def _hole(expression: Mapping[str, Any]) -> str:
    """Return a hole as it is written; one that an example filled as it is sent."""
    if set(expression) == {"value"}:
        return expression["value"] if isinstance(expression["value"], str) else literal(expression["value"])
    return f"{{{{ {written(expression)} }}}}"
