"""How well the models guess: every accuracy in a table, and the pairs and the models as dots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synthc.compiler.graph import Node
from synthc.runtime.page.chart import Dot, Line, chart
from synthc.runtime.page.facts import Facts
from synthc.runtime.page.markup import Column, Markup, absent, chip, element, prose, table
from synthc.runtime.page.numbers import count, many, percent, signed, times
from synthc.runtime.page.verdict import spoken, why_not

VARIANTS = (("", "all"), ("_known", "known"), ("_after_first", "after first"))
"""Which words are counted: the end of a metric's name, and how it is called."""
PANELS = (("", "All words"), ("_known", "Unknown words left out"), ("_after_first", "First word left out"), ("_macro", "Mean over users"))


def evaluation(facts: Facts) -> Markup:
    """Return the section, with a part for each evaluation."""
    nodes = [node for node in facts.graph.nodes if node.kind == "evaluate"]
    parts: list[object] = [_one(node, facts) for node in nodes]
    if not nodes:
        parts = [element("p", absent("The spec evaluates nothing."))]
    return element("section", element("h2", "Accuracy"), *parts, id="accuracy")


def _one(node: Node, facts: Facts) -> Markup:
    document = facts.metrics.get(node.name)
    released = chip(_release(document), "dp" if document["release"] == "dp" else "private") if document and document.get("release") else ""
    parts: list[object] = [element("h3", node.name, " ", released)]
    if document is None or not document.get("models"):
        return element("article", *parts, element("p", absent(f"No numbers: {why_not(node, facts)}.")))
    if document.get("noised"):
        return element("article", *parts, element("p", _noised_scope(document)), _pairs(document), _noised_table(document), *(element("p", prose(text)) for text in facts.notes(node)))
    users = "users" if document.get("part") is not None else "messages"
    if "numbers" in document:
        return element("article", *parts, element("p", _other_scope(document, users)), _pairs(document), _other_table(document), *(element("p", prose(text)) for text in facts.notes(node)))
    return element(
        "article",
        *parts,
        element("p", _scope(document, users)),
        _pairs(document),
        element("figure", *_panels(document, users), _legend(document), class_="panels"),
        _table(document, users),
        *(element("p", prose(text)) for text in facts.notes(node)),
    )


def _release(document: Mapping[str, Any]) -> str:
    """Return how numbers were released: noise of a pretended population, a limit or a seed is there and protects nobody."""
    return "release: not dp, noise that protects nobody" if document.get("noised") and document["release"] != "dp" else f"release: {document['release']}"


def _scope(document: Mapping[str, Any], users: str) -> Markup:
    some = next(iter(document["models"].values()))
    part = f"Next-word accuracy on the part `{document['part']}`" if document.get("part") is not None else "Next-word accuracy"
    seeds = max(int(metrics.get("seeds", 1)) for metrics in document["models"].values())
    family = " A model that was trained with several seeds shows their mean." if seeds > 1 else ""
    return prose(f"{part}: {count(some['words'])} words of {many(int(some['users']), users[:-1])}{_scored(document)}. A word that the vocabulary does not know counts as wrong ({_unknown(document)}).{family}")


def _other_scope(document: Mapping[str, Any], users: str) -> Markup:
    some = next(iter(document["models"].values()))
    part = f" on the part `{document['part']}`" if document.get("part") is not None else ""
    return prose(f"`{document['metric']}`{part}, over {many(int(some['users']), users[:-1])}{_scored(document)}, as another package counts it.")


def _other_table(document: Mapping[str, Any]) -> Markup:
    columns = [Column(title="Model", number=False), *(Column(title=number) for number in document["numbers"])]
    rows: list[list[object]] = [[element("code", name), *(percent(metrics[number]) for number in document["numbers"])] for name, metrics in document["models"].items()]
    return table(columns, rows, caption=f"What {document['metric']} counts")


def _scored(document: Mapping[str, Any]) -> str:
    return f", scored {times(document['times_scored'])} on this machine so far" if document.get("release") else ""


def _noised_scope(document: Mapping[str, Any]) -> Markup:
    return prose(
        f"Next-word accuracy on the part `{document['part']}`, as the mean over about {count(round(document['users']))} users, with the noise of its mechanism. The intervals of 95% hold that noise"
        " and the chance of who was there; how much users differ is bounded, not released, so those of single models are wide."
    )


def _noised_table(document: Mapping[str, Any]) -> Markup:
    columns = [Column(title="Model", number=False), Column(title="Number", number=False), Column(title="Mean over users"), Column(title="95% interval")]
    rows: list[list[object]] = []
    for name, metrics in document["models"].items():
        for metric in (key for key in metrics if f"{key}_interval" in metrics):
            low, high = metrics[f"{metric}_interval"]
            rows.append([element("code", name), metric, percent(metrics[metric]), f"{percent(low)} to {percent(high)}"])
    return table(columns, rows, caption="How often the next word is guessed, with noise")


def _unknown(document: Mapping[str, Any]) -> str:
    """Return how many words are unknown, model by model where they differ."""
    shares = {name: percent(metrics["unknown"]) for name, metrics in document["models"].items()}
    if len(set(shares.values())) == 1:
        return f"{next(iter(shares.values()))} of them"
    return ", ".join(f"{share} for `{name}`" for name, share in shares.items())


def _pairs(document: Mapping[str, Any]) -> Markup:
    """Return the compared pairs as dots with their intervals, and the same in words."""
    lines = [
        Line(label=f"{pair['model']} vs {pair['against']}", dots=[Dot(value=pair["relative"], interval=tuple(pair["interval"]) if pair.get("interval") else None)])
        for pair in document["pairs"]
        if pair["relative"] is not None and document["models"][pair["against"]][pair.get("metric", "top1")]
    ]
    if not lines:
        return Markup("")
    by = "that holds the noise and the chance of who was there" if document.get("noised") else "by a paired bootstrap"
    what = spoken(document["pairs"][0].get("metric", "top1"))
    drawing = chart(lines, title=f"Relative change of {what if 'numbers' in document else 'accuracy'} with its 95% interval", written=signed, zero=True)
    said = element("figcaption", f"Relative change of {what}. The bar is the 95% interval {by}.")
    return element("figure", said, drawing, class_="pairs")


def _panels(document: Mapping[str, Any], users: str) -> Iterator[Markup]:
    """Yield one small chart for each way to count."""
    for ending, title in PANELS:
        lines = []
        for name, metrics in document["models"].items():
            dots = [Dot(value=metrics[f"top{k}{ending}"], interval=_range(metrics) if k == 1 and not ending else None, class_=class_) for k, class_ in ((3, "second"), (1, "first"))]
            lines.append(Line(label=name, dots=dots))
        shown = title.replace("users", users)
        drawing = chart(lines, title=shown, written=lambda value: percent(value, 0), zero=False)
        yield element("div", element("h4", shown), drawing, class_="panel")


def _legend(document: Mapping[str, Any]) -> Markup:
    families = any(_range(metrics) for metrics in document["models"].values())
    ranged = [element("span", element("i", class_="bar"), "range over seeds, of top-1")] if families else []
    return element("figcaption", element("span", element("i", class_="dot first"), "top-1"), element("span", element("i", class_="dot second"), "top-3"), *ranged, class_="legend")


def _range(metrics: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the least and the largest top-1 accuracy of a family of seeds."""
    if int(metrics.get("seeds", 1)) < 2:
        return None
    low, high = metrics["top1_range"]
    return low, high


def _table(document: Mapping[str, Any], users: str) -> Markup:
    """Return every accuracy: over words, and as the mean of each user's own."""
    families = any(_range(metrics) for metrics in document["models"].values())
    columns = [Column(title="Model", number=False)]
    columns += [Column(title=title, group=group) for group in ("all words together", f"mean over {users}") for _, title in VARIANTS]
    columns += [Column(title="Range over seeds")] if families else []
    rows: list[list[object]] = []
    for k, what in ((1, "Top-1: the first guess is right"), (3, "Top-3: one of the first three guesses is right")):
        rows.append([what])
        for name, metrics in document["models"].items():
            cells = [percent(metrics.get(f"top{k}{macro}{ending}")) for macro in ("", "_macro") for ending, _ in VARIANTS]
            ranged = [_seeds(metrics) if k == 1 else ""] if families else []
            rows.append([element("code", name), *cells, *ranged])
    return table(columns, rows, caption="How often the next word is guessed")


def _seeds(metrics: Mapping[str, Any]) -> object:
    found = _range(metrics)
    return absent("one seed") if found is None else f"{percent(found[0])} to {percent(found[1])}"
