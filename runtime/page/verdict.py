"""The first lines of the report: which run this is, how it went, and what it found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synthc.compiler.graph import Node
from synthc.runtime.page.facts import Facts
from synthc.runtime.page.markup import Markup, absent, chip, definitions, element, join, listed, prose
from synthc.runtime.page.numbers import change, duration, many, moment, percent, points, signed

EMBEDDED = "Answers came from the bundled 5M model: it makes the pipeline run; it does not replace a real LLM."
STATUS = {"done": "done", "failed": "failed", "interrupted": "interrupted", "unfinished": "no end told"}


def header(facts: Facts) -> Markup:
    """Return the title, the status and what identifies the run."""
    status = facts.status
    title = element("div", element("h1", facts.graph.name), chip(STATUS.get(status, status), f"status {status}"), class_="title")
    return element("header", element("p", "synthc run report", class_="kicker"), title, definitions(_identity(facts), class_="identity"))


def verdicts(facts: Facts) -> Markup:
    """Return what the run found, a sentence a pair, and what stopped it if it was stopped."""
    parts: list[object] = []
    if facts.problem is not None:
        parts.append(element("p", prose(facts.problem), class_=f"problem {facts.status}"))
    elif facts.status == "unfinished":
        parts.append(element("p", "This run told no end: it is still going on, or it was killed. The same command continues it.", class_="problem unfinished"))
    evaluations = [node for node in facts.graph.nodes if node.kind == "evaluate"]
    if not evaluations:
        parts.append(element("p", absent("The spec evaluates nothing, so there is no verdict.")))
    for node in evaluations:
        parts.extend(_about(node, facts))
    if answered_by_embedded(facts):
        parts.append(element("p", EMBEDDED, class_="remark"))
    return element("section", element("h2", "Verdict"), *parts, id="verdict")


SPOKEN = {"top1": "top-1 accuracy", "top1_macro": "top-1 accuracy of the mean user", "top3_macro": "top-3 accuracy of the mean user"}
"""How the numbers that are compared are called."""


def spoken(metric: str) -> str:
    """Return how a number is called; one of another package by its name."""
    return SPOKEN.get(metric, metric)


def sentence(pair: Mapping[str, Any], document: Mapping[str, Any]) -> Markup:
    """Return a compared pair as a sentence: who beats whom, by how much, and how sure that is."""
    model, against = (element("b", pair[side]) for side in ("model", "against"))
    relative, interval, metric = pair["relative"], pair.get("interval"), pair.get("metric", "top1")
    if relative is None:
        return _apart(pair, document)
    if not document["models"][pair["against"]][metric]:
        return join([model, " has no relative change over ", against, ", which was never right."])
    low, high = interval or (relative, relative)
    if low > 0:
        found = join([model, " beats ", against, f" by {change(relative)} relative {spoken(metric)}"])
    elif high < 0:
        found = join([model, " falls behind ", against, f" by {change(-relative)} relative {spoken(metric)}"])
        low, high = -high, -low
    else:
        found = join([model, " cannot be told from ", against, f": {signed(relative)} relative {spoken(metric)}"])
    between = f"{signed(low)} to {signed(high)}" if low < 0 < high else f"{change(low)} to {change(high)}"
    sure = f"95% interval {between}" if interval else "no interval"
    return join([found, f" ({sure}, {_judges(document)})."])


def _apart(pair: Mapping[str, Any], document: Mapping[str, Any]) -> Markup:
    """Return a compared pair by the difference of its numbers, where noise leaves next to nothing to divide by."""
    model, against = (element("b", pair[side]) for side in ("model", "against"))
    why = join([" There is no relative change: the ", spoken(pair["metric"]), " of ", against, " cannot be told from 0."])
    if "difference" not in pair:
        return join([model, " cannot be compared with ", against, ".", why])
    low, high = pair["difference_interval"]
    found = " is better than " if low > 0 else " is worse than " if high < 0 else " cannot be told from "
    by = f": {points(pair['difference'])} percentage points of {spoken(pair['metric'])} (95% interval {points(low)} to {points(high)}, {_judges(document)})."
    return join([model, found, against, by, why])


def answered_by_embedded(facts: Facts) -> bool:
    """Tell whether the bundled model answered any question of this run."""
    return any(identity["server"] == "embedded" for identity in facts.result.get("endpoints", {}).values())


def why_not(node: Node, facts: Facts) -> str:
    """Return why a node has nothing to show."""
    reasons = {
        "skipped": "was not chosen by `--only`",
        "failed": "failed",
        "stopped": "was under way when the run stopped",
        "under way": "was begun and is not finished",
        "not reached": "was not reached",
    }
    return f"`{node.name}` {reasons.get(facts.state(node), 'left nothing in this folder')}"


def _about(node: Node, facts: Facts) -> Iterator[Markup]:
    document = facts.metrics.get(node.name)
    if document is None:
        yield element("p", absent(f"No verdict: {why_not(node, facts)}."))
        return
    pairs = [element("li", sentence(pair, document), element("small", _absolute(pair, document))) for pair in document["pairs"]]
    if pairs:
        yield element("ul", *pairs, class_="verdicts")
    else:
        yield element("p", absent(f"`{node.name}` compares no pairs; its numbers stand below."))
    yield listed((prose(f"Not met: {text}.") for text in document.get("unmet", [])), class_="problem")
    if node.settings["require_text"] and not document.get("unmet"):
        yield element("p", prose(f"Required and met: {', '.join(f'`{text}`' for text in node.settings['require_text'])}."), class_="remark")


def _absolute(pair: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    metric = pair.get("metric", "top1")
    left, right = (document["models"][pair[side]][metric] for side in ("model", "against"))
    of = "" if metric not in SPOKEN else " of words guessed right" if metric == "top1" else " of the words of a user, on average, guessed right"
    return f"{percent(left)}{of} against {percent(right)}"


def _judges(document: Mapping[str, Any]) -> str:
    """Return over how many the interval was drawn: users, or messages where rows have no users."""
    if document.get("noised"):
        return f"about {many(round(document['users']), 'user')}, noise included"
    some = next(iter(document["models"].values()))
    return many(int(some["users"]), "user" if document.get("part") is not None else "message")


def _identity(facts: Facts) -> Iterator[tuple[object, object]]:
    yield "Started", moment(facts.started["time"]) if facts.started else absent("no events")
    if facts.started and facts.ended and "time" in facts.ended:
        yield "Took", duration(facts.ended["time"] - facts.started["time"]) + (f", start {facts.starts} of this run" if facts.starts > 1 else "")
    seed = facts.result.get("seed")
    yield "Seed", absent("told when the run ends") if seed is None else str(seed)
    for name, key in (("Limit", "limit"), ("Seed of the noise", "test_noise")):
        if facts.result.get(key) is not None:
            yield name, str(facts.result[key])
    yield "Graph", element("code", facts.graph.fingerprint)
    yield "Folder", element("code", facts.folder.name)
