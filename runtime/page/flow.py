"""The picture of a graph: what was made from what, how many rows each node kept, under which label."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from synthc.compiler.graph import Node, Privacy
from synthc.runtime.page.facts import Facts
from synthc.runtime.page.layered import Bend, Layered, Place, layered
from synthc.runtime.page.markup import Markup, element, join
from synthc.runtime.page.numbers import bound, brief, many

WIDTH, HEIGHT = 152, 60
BESIDE, BELOW, MARGIN, BEND = 22, 38, 8, 26
UNDRAWN = frozenset({"endpoint", "model"})
"""Kinds that hold neither rows nor weights; arrows go through them."""
ROWS = frozenset({"source", "filter", "transform", "generate", "mix"})


def flow(facts: Facts) -> Markup:
    """Return the picture and the legend of its colours."""
    inputs = _drawn(facts)
    places = layered(inputs, node=WIDTH + BESIDE, bend=BEND)
    width = round(places.width + 2 * MARGIN - BESIDE)
    height = round(places.layers * (HEIGHT + BELOW) - BELOW + 2 * MARGIN)
    arrows = [_arrow(path, places, facts.graph.by_name[of].label) for (of, _), path in places.arrows.items()]
    boxes = [_box(facts.graph.by_name[name], places, facts) for name in inputs]
    picture = element(
        "svg",
        element("title", f"What each node of {facts.graph.name} reads, and how many rows it keeps"),
        *arrows,
        *boxes,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        class_="flow",
    )
    used = {facts.graph.by_name[name].label for name in inputs}
    legend = [element("span", element("i", class_=f"key {label}"), label.value) for label in Privacy if label in used]
    scroll = element("div", picture, class_="scroll", tabindex="0", role="region", aria_label="The flow of data")
    return element("figure", scroll, element("figcaption", *legend, class_="legend"))


def _drawn(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Return the nodes that are drawn, in order, with the drawn nodes they read."""
    found: dict[str, tuple[str, ...]] = {}
    through: dict[str, tuple[str, ...]] = {}
    for node in facts.graph.nodes:
        reads = tuple(dict.fromkeys(of for name in node.inputs for of in through[name]))
        if node.kind in UNDRAWN:
            through[node.name] = reads if node.kind == "model" else ()
        else:
            found[node.name], through[node.name] = reads, (node.name,)
    return found


def _box(node: Node, places: Layered, facts: Facts) -> Markup:
    left = places.across[node.name] - (WIDTH + BESIDE) / 2 + MARGIN
    top = MARGIN + places.layer[node.name] * (HEIGHT + BELOW)
    state = facts.state(node)
    reached = state in {"done", "cached"}
    lines = ((21, node.name, "name"), (37, node.kind, "kind"), (52, _amount(node, facts) if reached else state, "amount"))
    return element(
        "g",
        element("rect", x=f"{left:.0f}", y=f"{top:.0f}", width=WIDTH, height=HEIGHT, rx=6),
        *(element("text", _cut(text), x=f"{left + 12:.0f}", y=f"{top + down:.0f}", class_=class_) for down, text, class_ in lines),
        class_=f"node {node.label}{'' if reached else ' missing'}",
    )


def _amount(node: Node, facts: Facts) -> str:
    """Return the one number that says most about a node."""
    if node.kind == "evaluate":
        return "scores"
    if not facts.visible(node):
        return "not shown"
    if node.kind in ROWS:
        return _rows(node, facts.counts(node))
    if node.kind == "vocab":
        return f"{brief(node.settings['size'])} words"
    if node.kind == "pretrain":
        return f"{brief(node.settings['words'])} words"
    if node.kind == "federate":
        dp = node.settings["dp"]
        rounds = many(node.settings["rounds"], "round")
        return rounds if dp is None else f"{rounds}, epsilon {bound(dp['epsilon'])}"
    return ""


def _rows(node: Node, counts: Mapping[str, Any] | None) -> str:
    if counts is None:
        return "rows not counted"
    read, out = counts["in"], counts["out"]
    if node.kind in {"source", "mix"} or read == out:
        return many(out, "row") if out < 10_000 else f"{brief(out)} rows"
    return f"{brief(read)} in, {brief(out)} out"


def _cut(text: str) -> str:
    return text if len(text) <= 22 else f"{text[:21]}\u2026"


def _arrow(path: tuple[Place, ...], places: Layered, label: Privacy) -> Markup:
    """Return a line from the foot of the first place to the head of the last."""
    lines = []
    for high, low in pairwise(path):
        x, to = (places.across[p] - BESIDE / 2 + MARGIN for p in (high, low))
        begin = _top(high, places) + HEIGHT
        end = _top(low, places) - (0 if isinstance(low, Bend) else 5)
        middle = (begin + end) / 2
        lines.append(f"M{x:.0f} {begin:.0f}C{x:.0f} {middle:.0f} {to:.0f} {middle:.0f} {to:.0f} {end:.0f}")
        if isinstance(low, Bend):
            lines.append(f"V{end + HEIGHT:.0f}")
    tip_x, tip = places.across[path[-1]] - BESIDE / 2 + MARGIN, _top(path[-1], places)
    head = element("path", d=f"M{tip_x - 4:.0f} {tip - 7:.0f}L{tip_x:.0f} {tip - 1:.0f}L{tip_x + 4:.0f} {tip - 7:.0f}Z", class_="tip")
    return element("g", element("path", d=join(lines)), head, class_=f"arrow {label}")


def _top(place: Place, places: Layered) -> float:
    layer = place.layer if isinstance(place, Bend) else places.layer[place]
    return MARGIN + layer * (HEIGHT + BELOW)
