"""Where the text came from and where it went: the flow, then one part for each node that holds rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synthc.compiler.graph import Node, Privacy
from synthc.runtime.folder import ROWS
from synthc.runtime.page import wording
from synthc.runtime.page.answers import answers
from synthc.runtime.page.examples import examples
from synthc.runtime.page.facts import Facts
from synthc.runtime.page.flow import flow
from synthc.runtime.page.markup import Column, Markup, absent, chip, definitions, element, folded, join, listed, prose, table
from synthc.runtime.page.numbers import count, duration, many, percent
from synthc.runtime.page.verdict import why_not

LOST = ("filtered", "duplicates", "failed")
MOST_REASONS = 6


def data(facts: Facts) -> Markup:
    """Return the section."""
    nodes = [node for node in facts.graph.nodes if node.kind in ROWS]
    hidden = [node for node in nodes if not facts.visible(node)]
    parts = [_dataset(node, facts) for node in nodes if facts.visible(node)]
    others = [prose(f"`{node.name}`: {text}") for node in facts.graph.nodes if node.kind == "publish" for text in facts.notes(node)]
    return element("section", element("h2", "Data"), flow(facts), _endpoints(facts), *parts, _hidden(hidden, facts), listed(others), id="data")


def _endpoints(facts: Facts) -> Markup:
    """Return who answered the questions."""
    asked = {step.settings["endpoint"]["node"] for node in facts.graph.nodes for step in node.steps if step.verb == "ask"}
    if not asked:
        return Markup("")
    identities = facts.result.get("endpoints")
    if identities is None:
        return element("p", absent("Which model answers is told when the run ends."))
    rows = []
    for name in sorted(asked):
        known = identities.get(name)
        cells: list[object] = [absent("not asked in this run")] * 3 if known is None else [known["model"], known["revision"], known["server"]]
        rows.append([element("code", name), *cells])
    columns = [Column(title=title, number=False) for title in ("Endpoint", "Model", "Revision", "Server")]
    return table(columns, rows, caption="Who answered")


def _dataset(node: Node, facts: Facts) -> Markup:
    state = facts.state(node)
    title = element("h3", node.name, " ", chip(node.label.value, node.label.value), *_state_chip(state))
    said = join([element("p", element("code", wording.head(node), class_="declared")), element("p", prose(node.doc)) if node.doc else ""])
    counts = facts.counts(node)
    if counts is None:
        return element("article", title, said, element("p", absent(f"No rows to show: {why_not(node, facts)}.")), *_failures(node, facts), id=f"node-{node.name}")
    parts = [_mixture(node, counts) if node.kind == "mix" else _steps(node, counts), answers(node.name, counts)]
    return element("article", title, said, definitions(_taken(node, counts, facts)), *parts, *_failures(node, facts), *_notes(node, facts), _examples(node, facts), id=f"node-{node.name}")


def _state_chip(state: str) -> list[object]:
    shown = {"cached": "kept from before", "failed": "failed", "stopped": "stopped", "under way": "under way"}
    return [" ", chip(shown[state], f"state {state.replace(' ', '-')}")] if state in shown else []


def _taken(node: Node, counts: Mapping[str, Any], facts: Facts) -> Iterator[tuple[object, object]]:
    """Yield what came in and out, and what it took."""
    took = facts.took(node)
    if node.kind != "generate" or counts["in"] != counts["out"]:
        yield "Rows in", count(counts["in"])
    yield "Rows out", element("b", count(counts["out"]))
    if counts.get("unread"):
        yield "Left unread", count(counts["unread"])
    if node.kind == "source":
        yield "Licence", node.settings["license"] or absent("not stated")
    if any(step.verb == "ask" for step in node.steps):
        if not took or took.get("requests") is None:
            yield "Requests", absent("not told in this folder")
        else:
            more = [f"{count(took[key])} {said}" for key, said in (("cached_requests", "found in the ledger"), ("failed_requests", "failed")) if took.get(key)]
            yield "Requests sent", "; ".join([count(took["requests"]), *more])
            yield "Tokens", f"{count(took.get('tokens_in'))} in, {count(took.get('tokens_out'))} out"
    if took.get("seconds"):
        yield "Time", duration(took["seconds"])


def _steps(node: Node, counts: Mapping[str, Any]) -> Markup:
    """Return where the rows of each step went; steps that the beginning took over are not among the counts."""
    if node.kind == "source":
        rows = [["reading", *_cells({"rows_in": counts["in"], "rows_out": counts["out"], **counts})]]
    else:
        counted = counts.get("steps", [])
        written = [wording.step(step) for step in node.steps][len(node.steps) - len(counted) :]
        rows = [[element("code", text), *_cells(step)] for text, step in zip(written, counted, strict=True)]
        if len(counted) < len(node.steps):
            first = element("code", wording.step(node.steps[0]))
            rows.insert(0, [first, "", "", "", "", "", count(counts["in"])])
    columns = [Column(title="Step", number=False), *(Column(title=title) for title in ("In", "Filtered", "Duplicates", "Failed", "Added", "Out"))]
    return table(columns, rows, caption=f"Where the rows of `{node.name}` went") if rows else Markup("")


def _cells(step: Mapping[str, Any]) -> list[object]:
    return [_zero(step.get(key, 0)) for key in ("rows_in", *LOST, "added", "rows_out")]


def _zero(number: int) -> object:
    return count(number) if number else element("span", "0", class_="nil")


def _mixture(node: Node, counts: Mapping[str, Any]) -> Markup:
    """Return the shares of a mix: wanted, and what its words came to."""
    words: Mapping[str, int] = counts.get("words", {})
    total = sum(words.values())
    if not total:
        return element("p", absent("The words of the parts were not counted."))
    parts = node.settings["parts"]
    shares = {part["name"]: words.get(part["name"], 0) / total for part in parts}
    pieces = [element("span", element("span", name, class_="name"), class_=f"piece p{index % 6}", style=f"flex-grow:{share:.4f}") for index, (name, share) in enumerate(shares.items()) if share]
    bar = element("div", *pieces, class_="mixture", role="img", aria_label="; ".join(f"{name} {percent(share)}" for name, share in shares.items()))
    rows = [[element("code", part["name"]), percent(part["share"]), percent(shares[part["name"]]), count(words.get(part["name"], 0))] for part in parts]
    columns = [Column(title="Part", number=False), Column(title="Share wanted"), Column(title="Share of words"), Column(title="Words")]
    return join([bar, table(columns, rows, caption=f"What `{node.name}` is made of, by words")])


def _failures(node: Node, facts: Facts) -> Iterator[Markup]:
    """Yield why rows were set aside."""
    reasons = facts.set_aside(node)
    if not reasons:
        return
    rows = [[prose(reason), count(number)] for reason, number in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))]
    rest = rows[MOST_REASONS:]
    if rest:
        left = reasons.total() - sum(number for _, number in reasons.most_common(MOST_REASONS))
        rows = [*rows[:MOST_REASONS], [f"{many(len(rest), 'other reason')}", count(left)]]
    columns = [Column(title="Reason", number=False), Column(title="Rows")]
    yield table(columns, rows, caption=f"Rows set aside; each stands in `failures/{node.name}.jsonl`")


def _notes(node: Node, facts: Facts) -> list[Markup]:
    notes = facts.notes(node)
    return [listed((prose(text) for text in notes), class_="notes")] if notes else []


def _examples(node: Node, facts: Facts) -> Markup:
    if node.label not in {Privacy.PUBLIC, Privacy.DP}:
        return element("p", absent("Example rows are not shown: a model that true users taught had a say in which rows these are."))
    rows = facts.examples(node)
    return folded(many(len(rows), "example row"), examples(rows), unfolded=node.kind != "source") if rows else element("p", absent("No rows to show."))


def _hidden(nodes: list[Node], facts: Facts) -> Markup:
    """Return the nodes of which nothing is shown, and why."""
    if not nodes:
        return Markup("")
    said = [join([element("code", wording.head(node)), " ", chip(node.label.value, node.label.value), *_state_chip(facts.state(node))]) for node in nodes]
    why = "Rows, times and failures of private nodes are not shown" + (", nor those of nodes behind noise that protects nobody." if facts.seeded else ".")
    return element("article", element("h3", "Not shown"), element("p", why), listed(said, class_="plain"))
