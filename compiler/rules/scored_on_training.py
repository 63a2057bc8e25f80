"""Models that are judged on text that they learnt from.

What was seen in training is guessed better than anything that users will type, so the numbers promise too much.
Judge over a part that nothing reads: `users.test`, or public rows that are kept apart. A loss that is looked at while a model learns, with `validation`,
goes on falling on what it learns, so that an early end never comes.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain baseline = keyboard on web { words = 1M }

evaluate accuracy = next_word(baseline) over web
```

```synth right
synth 1

public source web  = files("web.jsonl")  { license = "CC0-1.0" }
public source held = files("held.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain baseline = keyboard on web { words = 1M }

evaluate accuracy = next_word(baseline) over held
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program, Thing
from synthc.compiler.rules.lineage import Things, by_name, learnt_from, made_from
from synthc.compiler.rules.rule import Rule
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find judgements over rows that a judged model was trained on, all or some of them."""
    things = by_name(program)
    for looking in things.values():
        if looking.kind == "pretrain" and looking.name == looking.span.text and _looks_at_its_own(looking, things):
            message = f"`{looking.name}` looks at its loss on rows that it learns from"
            yield warning(RULE.name, message, looking.span, help="say rows that it does not learn, or a share of its own, such as `validation = 2%`")
    for evaluation in things.values():
        if evaluation.thing != "evaluation" or evaluation.name != evaluation.span.text:
            continue
        for node in evaluation.settings["models"]:
            model = things[node["node"]]
            training = _seen(model, evaluation, things)
            if training is not None:
                labels = (Label(span=training.span, text="trained on them here"),)
                message = f"`{model.name}` is judged on rows that it learnt from"
                yield warning(RULE.name, message, evaluation.span, labels=labels, help="judge over a part, or rows, that no training reads")
                break


def _looks_at_its_own(training: Thing, things: Things) -> bool:
    """Tell whether some of the validation text of a pre-training is among what it learns."""
    looked, learned = (training.settings["validation"] or {}).get("node"), training.settings["rows"]["node"]
    return looked is not None and (learned in made_from([looked], things) or looked in made_from([learned], things))


def _seen(model: Thing, evaluation: Thing, things: Things) -> Thing | None:
    """Return the training that read what a model is judged on."""
    rows = evaluation.settings["rows"]["node"]
    judged = made_from([rows], things)
    for name, training in learnt_from(model, things).items():
        if evaluation.origin is not None:
            tuned = training.kind == "federate" and training.settings["people"] == evaluation.origin.settings["people"]
            if tuned and evaluation.settings["part"] == "train":
                return training
        elif name in judged or rows in made_from([name], things):
            return training
    return None


RULE = Rule(name="scored-on-training", program=check)
