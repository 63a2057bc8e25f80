"""How the models came about: vocabularies, pre-training, tuning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synthc.compiler.graph import Node
from synthc.runtime.page.facts import Facts
from synthc.runtime.page.markup import Column, Markup, absent, element, listed, prose, table
from synthc.runtime.page.numbers import count, duration, percent, significant
from synthc.runtime.page.verdict import why_not


def training(facts: Facts) -> Markup:
    """Return the section."""
    parts: list[object] = []
    for kind, show in (("vocab", _vocabularies), ("pretrain", _pretrained), ("federate", _tuned)):
        nodes = [node for node in facts.graph.nodes if node.kind == kind]
        if nodes:
            parts.extend(show(nodes, facts))
    if not parts:
        parts = [element("p", absent("The spec trains nothing."))]
    return element("section", element("h2", "Training"), *parts, id="training")


def _vocabularies(nodes: Sequence[Node], facts: Facts) -> Iterator[Markup]:
    rows = []
    for node in nodes:
        coverage = facts.coverage(node)
        if coverage is None:
            yield element("p", absent(f"No coverage: {why_not(node, facts)}."))
            continue
        for name, share in coverage.items():
            known = (percent(share[key]) if key in share else absent("not told") for key in ("known", "known_distinct"))
            pieces = f"{share['pieces']:.2f}" if node.settings["kind"] == "subword_vocab" else "1"
            rows.append([element("code", node.name), count(node.settings["size"]), element("code", name), count(share["words"]), count(share["distinct"]), *known, pieces])
    columns = (
        Column(title="Vocabulary", number=False),
        Column(title="Size wanted"),
        Column(title="Counted on", number=False),
        Column(title="Words"),
        Column(title="Distinct"),
        Column(title="Known"),
        Column(title="Known of the distinct"),
        Column(title="Ids a word"),
    )
    if rows:
        yield table(columns, rows, caption="Vocabularies, and how much of each text has an id of its own")
    yield _notes(nodes, facts)


def _pretrained(nodes: Sequence[Node], facts: Facts) -> Iterator[Markup]:
    rows = []
    arms = [(node, facts.training(node)) for node in nodes]
    losses = any(told is not None and told.get("loss") is not None for _, told in arms)
    for node, told in arms:
        if told is None:
            yield element("p", absent(f"No numbers of training: {why_not(node, facts)}."))
            continue
        rows.append([*_arm(node, told, facts), *([_loss(told.get("loss"))] if losses else [])])
    if rows:
        yield table([*ARMS, *([Column(title="Loss")] if losses else [])], rows, caption="Pre-training")
        if not losses:
            yield element("p", absent("The loss is shown while a model trains and is not kept."))
    yield _notes(nodes, facts)


ARMS = (
    Column(title="Model", number=False),
    Column(title="Learnt from", number=False),
    Column(title="Target words"),
    Column(title="Words there"),
    Column(title="Passes"),
    Column(title="Unknown"),
    Column(title="First of a sentence"),
    Column(title="Seeds"),
    Column(title="Batch"),
    Column(title="Learning rate"),
    Column(title="Time"),
)


def _arm(node: Node, told: Mapping[str, Any], facts: Facts) -> list[object]:
    settings = node.settings
    target = told["passes"] * told["words"]
    return [
        element("code", node.name),
        element("code", settings["rows"]["node"]),
        count(round(target)),
        count(told["words"]),
        significant(told["passes"]),
        percent(told["unknown"]),
        percent(told["sentences"] / told["words"]) if told["words"] else absent("no words"),
        count(settings["seeds"]),
        count(settings["batch"]),
        significant(settings["learning_rate"]),
        duration(facts.took(node).get("seconds")) if facts.took(node).get("seconds") else absent("not told"),
    ]


def _loss(loss: float | list[float] | None) -> object:
    """Return the last loss, of each seed if there are several."""
    if loss is None:
        return absent("not kept")
    return ", ".join(f"{value:.3f}" for value in (loss if isinstance(loss, list) else [loss]))


def _tuned(nodes: Sequence[Node], facts: Facts) -> Iterator[Markup]:
    rows, searched = [], list[str]()
    for node in nodes:
        settings = node.settings
        if "search" in settings:
            found = facts.federation(node)
            settings = {**settings, "rounds": settings["dp"]["rounds"], **found.get("chosen", {})}
            searched += [f"`{node.name}` is the best try of a search over {len(settings['search']['candidates'])} candidates" + (f"; its settings are those of the candidate {found['candidate'] + 1}." if found else ".")]
        rows.append(
            [
                element("code", node.name),
                element("code", settings["model"]["node"]),
                element("code", settings["users"]["node"]),
                facts.state(node),
                count(settings["rounds"]),
                count(settings["cohort"]),
                _on_device(settings),
                _on_server(settings["server"]),
            ]
        )
    text = ("Model", "Started from", "Tuned on", "State")
    columns = [
        *(Column(title=title, number=False) for title in text),
        Column(title="Rounds"),
        Column(title="Cohort"),
        Column(title="On the device", number=False),
        Column(title="On the server", number=False),
    ]
    yield table(columns, rows, caption="Tuning on devices")
    yield from (element("p", prose(text)) for text in searched)
    yield element("p", absent("Loss, cohorts and times of single rounds are private and not shown."))
    yield _notes(nodes, facts)


def _on_device(settings: Mapping[str, Any]) -> str:
    local = settings["local"]
    said = [f"{local['kind']} {significant(local['learning_rate'])}", f"{local['epochs']} x batch {local['batch']}", f"at most {count(local['max_words'])} words"]
    said += [f"at most {count(local['max_sentences'])} sentences"] if local["max_sentences"] else []
    said += [f"proximal {significant(local['proximal'])}"] if local["proximal"] else []
    said += [f"{percent(settings['dropout'])} drop out (simulated)"] if settings["dropout"] else []
    said += [f"{percent(settings['stragglers'])} slow (simulated)"] if settings["stragglers"] else []
    said += [f"closed at {count(settings['report_goal'])} reports (simulated)"] if settings["report_goal"] else []
    return ", ".join(said)


def _on_server(server: Mapping[str, Any]) -> str:
    beside = f"betas {server['betas'][0]:g} and {server['betas'][1]:g}, tau {server['tau']:g}" if server["kind"] == "adam" else f"momentum {significant(server['momentum'])}"
    return f"{server['kind']} {significant(server['learning_rate'])}, {beside}"


def _notes(nodes: Sequence[Node], facts: Facts) -> Markup:
    return listed((prose(f"`{node.name}`: {text}") for node in nodes for text in facts.notes(node)), class_="notes")
