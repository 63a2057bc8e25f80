"""What is said of a thing when the cursor rests on it, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from synthc.compiler.catalog.step import Marks, StepEntry
from synthc.compiler.constant import AtRun
from synthc.compiler.estimate import Amount
from synthc.compiler.privacy import Flow
from synthc.compiler.program import Thing
from synthc.compiler.scope import Declared
from synthc.compiler.types import Type
from synthc.dsl import syntax
from synthc.lsp.annotations import Setting
from synthc.lsp.estimate import said
from synthc.lsp.signatures import Signature

_DOES = {
    Marks.DROPS: "drops rows",
    Marks.ADDS: "adds a column",
    Marks.CHANGES: "changes rows",
    Marks.MULTIPLIES: "makes several rows of one",
    Marks.LOOKS_ACROSS: "looks across rows",
}


def block(code: str) -> str:
    """Return code as a block."""
    return f"```synth\n{code}\n```"


def joined(parts: Iterable[str]) -> str:
    """Return paragraphs, empty ones left out."""
    return "\n\n".join(part for part in parts if part)


def listed(facts: Mapping[str, str]) -> str:
    """Return facts as a list, empty ones left out."""
    return "\n".join(f"- {name}: {fact}" for name, fact in facts.items() if fact)


def columns(types: Mapping[str, Type]) -> str:
    """Return columns with their types."""
    return ", ".join(f"`{name}: {of}`" for name, of in types.items())


def label(flow: Flow) -> str:
    """Return a label with the way it came."""
    hops = [f"{hop.text} ({hop.span.place})" for hop in flow.hops]
    by = f" by {', '.join(f'`{name}`' for name in sorted(flow.mechanisms))}" if flow.mechanisms else ""
    return f"**{flow.label.value}**{by}" + "".join(f"\n  - {hop}" for hop in hops)


def declared(item: Declared, thing: Thing | None, rows: Amount | None) -> str:
    """Return what is known of a declaration."""
    facts: dict[str, str] = {}
    if thing is not None and not isinstance(item, syntax.Prompt):
        facts = {
            "type": f"`{thing.type}`" if thing.type is not None else "",
            "value": _value(thing) if thing.thing == "constant" and item.value is not None else "",
            "columns": columns(thing.columns),
            "rows": said(rows),
            "label": label(thing.flow) if thing.thing != "constant" else "",
            "licences": ", ".join(sorted(thing.licences - {""})),
        }
    return joined([block(heading(item)), item.doc or "", listed(facts)])


def heading(item: Declared) -> str:
    """Return a declaration without its block and its steps."""
    parts = [item.settings.span] if item.settings is not None else []
    if isinstance(item, syntax.Declaration):
        parts += [step.span for step in item.steps[:1]]
    text = item.span.source.text[item.span.start : min((part.start for part in parts), default=item.span.end)]
    return re.sub(r"\s+", " ", text).strip().removesuffix("|").strip()


def step(entry: StepEntry, verb: str) -> str:
    """Return what a step does."""
    does = [what for mark, what in _DOES.items() if mark in entry.marks]
    return joined([block(f"| {entry.usage}"), f"`{verb}` {entry.help}.", listed({"it": ", ".join(does)})])


def behind(types: Mapping[str, Type], flow: Flow | None, rows: Amount | None) -> str:
    """Return what is known behind a step."""
    facts = {"columns": columns(types), "rows": said(rows), "label": label(flow) if flow is not None else ""}
    return joined(["Behind it:", listed(facts)])


def setting(one: Setting) -> str:
    """Return what a setting takes."""
    left_out = "an error, it has to be set" if one.required else f"`{one.left_out}`" if one.left_out else ""
    return joined([block(f"{one.name} = {one.left_out or '...'}"), one.doc, listed({"takes": one.wants, "if left out": left_out})])


def function(shown: Signature) -> str:
    """Return what a function gives."""
    return joined([block(shown.label), f"{shown.help[:1].upper()}{shown.help[1:]}."])


def _value(thing: Thing) -> str:
    if isinstance(thing.value, AtRun):
        return "worked out at run"
    text = repr(thing.value) if isinstance(thing.value, str) else f"{thing.value}"
    return f"`{text}`" if len(text) <= 120 and "`" not in text else ""
