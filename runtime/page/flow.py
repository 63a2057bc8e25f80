"""The picture of a graph: what was made from what, how many rows each node kept, under which label."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from synthc.compiler.graph import Node, Privacy
from synthc.runtime.folder import ROWS
from synthc.runtime.page.facts import Facts
from synthc.runtime.page.layered import Bend, Layered, Place, layered
from synthc.runtime.page.markup import Markup, cut, element
from synthc.runtime.page.numbers import bound, brief, many

WIDTH, HEIGHT = 152, 64
BESIDE, BELOW, MARGIN, BEND = 22, 38, 8, 26
APART = 14
"""How far the tips of arrows into the same box stand apart."""
UNDRAWN = frozenset({"endpoint", "model"})
"""Kinds that hold neither rows nor weights; arrows go through them."""


def flow(facts: Facts) -> Markup:
    """Return the picture and the legend of its colours."""
    inputs = _drawn(facts)
    places = layered(inputs, node=WIDTH + BESIDE, bend=BEND)
    width = round(places.width + 2 * MARGIN - BESIDE)
    height = round(places.layers * (HEIGHT + BELOW) - BELOW + 2 * MARGIN)
    arrows = _arrows(places, {name: facts.graph.by_name[name].label for name in inputs})
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
    amount = _amount(node, facts) if reached else state
    lines = ((22, cut(node.name, 17), "name"), (38, node.kind, "kind"), (54, amount, "amount"))
    return element(
        "g",
        element("title", f"{node.name}: {node.kind}, {node.label}, {amount}"),
        element("rect", x=f"{left:.0f}", y=f"{top:.0f}", width=WIDTH, height=HEIGHT, rx=6),
        *(element("text", text, x=f"{left + 12:.0f}", y=f"{top + down:.0f}", class_=class_) for down, text, class_ in lines),
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
        protected = dp is not None and node.settings["population_is"] != "simulated"
        return f"epsilon {bound(dp['epsilon'])}" if protected else many(node.settings["rounds"], "round")
    return ""


def _rows(node: Node, counts: Mapping[str, Any] | None) -> str:
    if counts is None:
        return "rows not counted"
    read, out = counts["in"], counts["out"]
    if node.kind in {"source", "mix", "measure"} or read == out:
        return many(out, "row") if out < 10_000 else f"{brief(out)} rows"
    return f"{brief(read)} in, {brief(out)} out"


def _arrows(places: Layered, labels: Mapping[str, Privacy]) -> list[Markup]:
    """Return all lines, those that several arrows share once, and the tips."""
    entries = _entries(places)
    drawn: dict[str, Markup] = {}
    for (of, to), path in places.arrows.items():
        for high, low in pairwise(path):
            begin, end = (_across(high, places), _top(high, places) + HEIGHT), (_across(low, places), _top(low, places))
            if not isinstance(low, Bend):
                end = (end[0] + entries[of, to], end[1] - 5)
            middle = (begin[1] + end[1]) / 2
            line = f"M{begin[0]:.0f} {begin[1]:.0f}C{begin[0]:.0f} {middle:.0f} {end[0]:.0f} {middle:.0f} {end[0]:.0f} {end[1]:.0f}"
            line += f"v{HEIGHT}" if isinstance(low, Bend) else ""
            drawn.setdefault(line, element("path", d=line, class_=f"line {labels[of]}"))
        x, y = _across(to, places) + entries[of, to], _top(to, places)
        tip = f"M{x - 4:.0f} {y - 7:.0f}h8l-4 6Z"
        drawn[tip] = element("path", d=tip, class_=f"tip {labels[of]}")
    return list(drawn.values())


def _entries(places: Layered) -> dict[tuple[str, str], float]:
    """Return how far from the middle of its box each arrow ends: side by side, in the order they come from."""
    found: dict[tuple[str, str], float] = {}
    for name in places.layer:
        arrows = [key for key in places.arrows if key[1] == name]
        arrows.sort(key=lambda key: places.across[places.arrows[key][-2]])
        found.update({key: (index - (len(arrows) - 1) / 2) * APART for index, key in enumerate(arrows)})
    return found


def _across(place: Place, places: Layered) -> float:
    return places.across[place] - BESIDE / 2 + MARGIN


def _top(place: Place, places: Layered) -> float:
    layer = place.layer if isinstance(place, Bend) else places.layer[place]
    return MARGIN + layer * (HEIGHT + BELOW)
