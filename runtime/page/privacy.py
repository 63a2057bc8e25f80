"""What the run may tell about one person: a sentence, what it does not cover, and the ledger behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synthc.compiler.graph import Node
from synthc.runtime.page.facts import Facts
from synthc.runtime.page.markup import Column, Markup, absent, chip, definitions, element, join, listed, prose, table
from synthc.runtime.page.numbers import bound, count, many, odds, percent, significant, times

OPINIONS = {"epsilon_rdp": "Renyi DP (RDP)", "epsilon_prv": "Opacus, by PRV", "epsilon_opacus_prv": "Opacus, by PRV", "epsilon_opacus_rdp": "Opacus, by RDP"}
"""Keys of second opinions and who gives them."""


SAID_ALREADY = ("not private", "pretended ", "the numbers of evaluations")
"""How assumptions of the ledger begin that the sentence above them says, or the list of what it does not cover."""


def privacy(facts: Facts) -> Markup:
    """Return the section: one card for each private source."""
    private = [node for node in facts.graph.nodes if node.kind == "source" and node.settings["visibility"] == "private"]
    parts: list[object] = [_source(node, facts) for node in private]
    if not private:
        parts = [element("p", "This run read no private text.", class_="lead")]
    return element("section", element("h2", "Privacy"), *parts, id="privacy")


def _source(node: Node, facts: Facts) -> Markup:
    ledger = facts.privacy.get(node.name)
    kind, lead = headline(node, ledger, facts)
    gaps = list(_gaps(node, facts, ledger or {}))
    parts: list[object] = [element("p", lead, class_="lead")]
    if gaps:
        parts += [element("p", "Not covered by that:" if kind in {"covered", "pretended"} else "Beside that:", class_="remark"), listed(gaps)]
    rests = [prose(text) for text in _assumptions(ledger) if not text.startswith(SAID_ALREADY)]
    if rests and kind in {"covered", "pretended"}:
        parts += [element("p", "It rests on this:", class_="remark"), listed(rests)]
    parts = [element("div", *parts, class_=f"card {kind}")]
    if ledger is not None:
        parts += _ledger(node, ledger, facts, _stamp(kind, ledger))
    return element("div", *parts)


def headline(node: Node, ledger: Mapping[str, Any] | None, facts: Facts) -> tuple[str, Markup]:
    """Return how a source fares (`covered`, `pretended`, `open` or `none`) and the sentence that says it."""
    name = element("code", node.name)
    tuned = [n for n in facts.graph.nodes if "dp" in n.settings and n.settings["people"] == node.settings["people"]]
    bare = [n for n in tuned if not n.mechanism]
    if not tuned:
        return "none", join(["Nothing was trained on the texts of ", name, "."])
    if bare:
        names = join((element("code", n.name) for n in bare), ", ")
        return "open", join(["Not private: ", names, " is tuned on ", name, " without noise (", element("code", "dp = none"), "), so it may hold anything that one person typed."])
    if ledger is not None and (facts.result.get("test_noise") is not None or ledger.get("noise_generator") == "seeded"):
        return "open", join(["Not private: the noise over ", name, " came from a seed, and whoever knows the seed can take it away."])
    if facts.result.get("limit") is not None:
        return "open", join(["Not private: a try-out under ", element("code", "--limit"), " protects nobody in ", name, "."])
    if ledger is None or ledger.get("epsilon") is None:
        broken = next((text for text in _assumptions(ledger) if text.startswith("not private")), None)
        if broken is not None:
            return "open", prose(f"N{broken[1:]}.")
        why = "the run has not written its privacy ledger" if ledger is None else "there is no budget with a delta to count by"
        return "none", join(["What one person in ", name, f" can change is not known: {why}."])
    done = all(facts.state(n) in {"done", "cached"} for n in tuned)
    return _covered(name, ledger, _released(tuned), done=done)


def _assumptions(ledger: Mapping[str, Any] | None) -> list[str]:
    return [str(text) for text in (ledger or {}).get("assumptions", [])]


def _released(mechanisms: Sequence[Node]) -> str:
    """Return what came out of the mechanisms, in words.

    A person may be in what was tuned, in what was counted and in what was judged.
    """
    words = {"federate": "tuning", "measure": "counting", "evaluate": "judging"}
    said = list(dict.fromkeys(words[node.kind] for node in mechanisms))
    return f"the {said[0]}" if len(said) == 1 else f"the {', the '.join(said[:-1])} and the {said[-1]} together"


def _covered(name: Markup, ledger: Mapping[str, Any], released: str, *, done: bool) -> tuple[str, Markup]:
    """Return the sentence of a source whose every mechanism adds noise."""
    acted = "Setting all text of one person to nothing" if ledger.get("adjacency") == "zero-out" else "Adding or removing all text of one person"
    epsilon, delta = ledger["epsilon"], ledger["delta"]
    chance = join([f"{odds(delta)} (", element("b", f"delta = {significant(delta)}"), ")"])
    effect = join([f" the probability of any outcome of {released} by at most a factor of {_factor(epsilon)} (", element("b", f"epsilon = {bound(epsilon)}"), "), but for a chance of ", chance, "."])
    if ledger["population_is"] == "simulated":
        population = count(ledger["population"])
        return "pretended", join(
            [
                element("strong", f"Pretended {population}, true users not protected. "),
                f"Had {population} people taken part, {acted[0].lower()}{acted[1:]} in ",
                name,
                " would change",
                effect,
            ]
        )
    early = "" if done else " Not all of that was carried out in this run."
    return "covered", join([f"{acted} in ", name, " changes" if done else " would change", effect, early])


def _factor(epsilon: float) -> str:
    """Return e^epsilon with two digits, rounded up."""
    if epsilon > 30:
        return f"more than {significant(math.exp(30), 1)}"
    factor = math.exp(epsilon)
    digits = 1 - math.floor(math.log10(factor))
    rounded = math.ceil(factor * 10.0**digits - 1e-9) / 10.0**digits
    return f"{rounded:,.{max(0, digits)}f}"


def _gaps(node: Node, facts: Facts, ledger: Mapping[str, Any]) -> Iterator[Markup]:
    """Yield what is said about these people without a guarantee."""
    for other in facts.graph.nodes:
        if other.kind == "evaluate" and other.private and node.name in facts.graph.needs(other.settings["rows"]["node"]):
            document = facts.metrics.get(other.name)
            if document is None:
                continue
            yield prose(f"The numbers of `{other.name}` are released without differential privacy; the part `{document['part']}` was scored {times(document['times_scored'])} on this machine.")
    if ledger.get("population_is") == "simulated":
        yield prose(f"The true people in the files of `{node.name}`: what was tuned on them may be used on this machine, and is never sent away or published.")


def _stamp(kind: str, ledger: Mapping[str, Any]) -> str:
    """Return what must stand beside each epsilon that protects nobody true."""
    if kind == "open":
        return " (not private: these numbers hold for nobody)"
    return f" (pretended {count(ledger['population'])}, true users not protected)" if kind == "pretended" else ""


def _ledger(node: Node, ledger: Mapping[str, Any], facts: Facts, stamp: str) -> Iterator[Markup]:
    mechanisms = ledger.get("mechanisms", [])
    if mechanisms:
        rows = [_mechanism(m, ledger, facts) for m in mechanisms]
        yield table(COLUMNS, rows, caption=f"Mechanisms on the people of `{node.name}`{stamp}")
        remarks = [prose(text) for of in mechanisms for text in _remarks(of)]
        if any(of.get("epsilon") and ledger.get("epsilon") and of["epsilon"] > ledger["epsilon"] for of in mechanisms):
            remarks.append(prose("Each epsilon is told at the delta beside it: that of all mechanisms together, at a larger delta, may be below that of one."))
        if remarks:
            yield listed(remarks)
    yield definitions(_facts(ledger))
    opinions = list(_opinions(ledger))
    if len(opinions) > 1:
        columns = (Column(title="Accountant", number=False), Column(title="Epsilon, rounded up"), Column(title="Delta"))
        yield table(columns, opinions, caption=f"Epsilon of all mechanisms together, and second opinions on it{stamp}")


COLUMNS = (
    Column(title="Node", number=False),
    Column(title="Mechanism and sampler", number=False),
    Column(title="Chance q"),
    Column(title="Expected cohort"),
    Column(title="Clip"),
    Column(title="Noise"),
    Column(title="Sigma on the mean"),
    Column(title="Sigma on all rounds"),
    Column(title="Rounds planned"),
    Column(title="Rounds charged"),
    Column(title="Delta"),
    Column(title="Epsilon, rounded up"),
)


def _mechanism(of: Mapping[str, Any], ledger: Mapping[str, Any], facts: Facts) -> list[object]:
    charged = of.get("rounds_charged")
    node = facts.graph.by_name.get(of["node"])
    if ledger.get("population_is") == "simulated":
        told: object = absent("not charged: pretended")
    elif charged is None:
        told = absent(facts.state(node) if node is not None else "not told")
    else:
        told = count(charged)
    return [
        element("code", of["node"]),
        ", ".join([of["mechanism"], *(["everybody"] if of.get("q") == 1 else [str(of["sampler"])] if of.get("sampler") else [])]),
        significant(of.get("q", of.get("sampling"))),
        count(of.get("expected_cohort")),
        significant(of.get("clip")),
        significant(of.get("noise"), 4),
        significant(of.get("sigma_on_mean")),
        significant(of.get("sigma_on_all")),
        count(of.get("rounds_planned")),
        told,
        significant(of.get("delta")),
        bound(of.get("epsilon")),
    ]


def _remarks(of: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a row of numbers does not tell of a mechanism."""
    if of.get("numbers"):
        yield f"In `{of['node']}` each user adds {count(of['numbers'])} numbers of at most 1/2 each, which together are no longer than the clip."
    if of.get("separation"):
        often = times(of["max_participation"])
        yield f"Under `{of['node']}` somebody who took part takes part again {many(of['separation'], 'round')} later at the earliest, so {often} at most."
    if adaptive := of.get("adaptive"):
        yield (
            f"The clip norm of `{of['node']}` begins there and moves until {percent(adaptive['quantile'], 0)} of the updates fit; the count of those that fit has noise of"
            f" {significant(adaptive['count_noise'])}, and the updates have noise of {significant(adaptive['noise_on_updates'], 4)} for it."
        )


def _facts(ledger: Mapping[str, Any]) -> Iterator[tuple[object, object]]:
    population = ledger.get("population")
    budget = ledger.get("budget") or {}
    pretended = " " + chip("pretended", "simulated") if ledger.get("population_is") == "simulated" else ""
    rows: list[tuple[str, object]] = [
        ("People", ledger.get("people")),
        ("One unit", ledger.get("unit")),
        ("Neighbours", ledger.get("adjacency")),
        ("Population", None if population is None else Markup(count(population) + pretended)),
        ("Share that trains", None if ledger.get("train_share") is None else percent(ledger["train_share"], 0)),
        ("Accountant", ledger.get("accountant")),
        ("Discretisation", None if ledger.get("discretisation") is None else significant(ledger["discretisation"])),
        ("Noise from", {"entropy": "the system's entropy", "seeded": "a seed"}.get(str(ledger.get("noise_generator")))),
        ("Rho", None if ledger.get("rho") is None else significant(ledger["rho"])),
        ("Budget", f"epsilon {significant(budget['epsilon'])}, delta {significant(budget['delta'])}" if budget.get("epsilon") else None),
        ("Spent in their lifetime", None if ledger.get("lifetime_epsilon") is None else f"epsilon {bound(ledger['lifetime_epsilon'])}, this run included and in this project alone"),
    ]
    yield from ((name, value) for name, value in rows if value is not None)


def _opinions(ledger: Mapping[str, Any]) -> Iterator[list[object]]:
    delta = significant(ledger.get("delta"))
    if ledger.get("epsilon") is not None:
        yield [ledger.get("accountant") or "the compiler's accountant", bound(ledger["epsilon"]), delta]
    for key, value in ledger.items():
        if key.startswith("epsilon_") and value is not None:
            yield [OPINIONS.get(key, key.removeprefix("epsilon_").replace("_", " ")), bound(value), delta]
