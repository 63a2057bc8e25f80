"""`prompt name(slots) -> type { ... }`."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog import prompts
from synthc.compiler.check.cases import check_cases
from synthc.compiler.check.messages import ANSWER_FORMAT, TURNS, Words, messages, mistaken
from synthc.compiler.check.references import named
from synthc.compiler.check.types import read_type
from synthc.compiler.graph.columns import columns_in
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import read_settings
from synthc.compiler.types import UNKNOWN, Type
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error

ANSWERS = frozenset({"text", "int", "float", "bool", "choice", "list", "record"})


def check(declared: syntax.Prompt, scope: Scope) -> Thing | None:
    """Return the prompt; its `value` is its form in the graph, its `columns` are the slots."""
    slots = _slots(declared, scope)
    answer = read_type(declared.answer, scope)
    if answer is None:
        return None
    if answer.kind not in ANSWERS:
        scope.report(error("unknown-type", "a prompt answers text, a number, true or false, a choice, a list or a record", declared.answer.span))
        return None
    cases = [e for e in declared.settings.entries if isinstance(e, syntax.Cases) and e.name.name == "examples"] if declared.settings else []
    settings = read_settings(prompts.Prompt, _without(declared.settings, cases), scope, owner=declared.name)
    if settings is None or slots is None:
        return None
    if not _useful(declared, settings, cases, answer, scope):
        return None
    words = Words(scope=scope, slots=slots, answer=answer)
    parts = {key: words.parts(getattr(settings, key)) for key in ("system", "ask", "complete") if getattr(settings, key) is not None}
    turns = [] if settings.turns is None else words.turns(settings.turns)
    _report_unused(declared, slots, [parts, turns], scope)
    examples = [case for group in cases for case in check_cases(group.cases, slots, answer, scope, examples=True)]
    endpoint = named(settings.endpoint, ("endpoint",), scope, declared.name.span) if settings.endpoint is not None else None
    if settings.endpoint is not None and endpoint is None:
        return None
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="prompt",
        kind="prompt",
        span=declared.name.span,
        type=answer,
        columns=slots,
        settings={"endpoint": endpoint},
        value={
            "name": scope.prefix + declared.name.name,
            "slots": {name: of.to_json() for name, of in slots.items()},
            "messages": None if settings.complete else messages(parts, turns, examples),
            "complete": parts.get("complete"),
            "answer": {**answer.to_json(), **({} if settings.max_items is None else {"most": settings.max_items})},
            "max_input": settings.max_input,
            "max_output": settings.max_output or prompts.MAX_OUTPUT[answer.kind],
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "stop": settings.stop,
            "overflow": settings.overflow,
            **({} if settings.retries is None else {"retries": settings.retries}),
        },
    )


def _useful(declared: syntax.Prompt, settings: prompts.Prompt, cases: list[syntax.Cases], answer: Type, scope: Scope) -> bool:
    """Refuse a prompt without words, and settings that would have no effect on it."""
    if (settings.ask is None) == (settings.complete is None):
        scope.report(error("missing-setting", "a prompt has either `ask` (a user's message) or `complete` (for base models)", declared.name.span))
        return False
    useless = {
        "system": settings.complete is not None and settings.system is not None,
        "turns": settings.complete is not None and settings.turns is not None,
        "examples": settings.complete is not None and bool(cases),
        "top_p": settings.top_p is not None and settings.temperature == 0,
        "retries": settings.retries is not None and settings.temperature == 0,
        "max_items": settings.max_items is not None and answer.kind != "list",
    }
    why = {
        "top_p": "at a temperature of 0, where the likeliest token is always taken",
        "retries": "at a temperature of 0, where asking again has the same answer",
        "max_items": "where the answer is no list",
    }
    for entry in declared.settings.entries if declared.settings else ():
        if useless.get(entry.name.name):
            reason = why.get(entry.name.name, "beside `complete`, to which nothing is added")
            scope.report(error("useless-setting", f"`{entry.name.name}` has no effect {reason}", entry.name.span, help="remove it"))
            return False
    return not (settings.turns is not None and cases) or _both(declared, cases[0], scope)


def _both(declared: syntax.Prompt, cases: syntax.Cases, scope: Scope) -> bool:
    turns = [entry for entry in (declared.settings.entries if declared.settings else ()) if entry.name.name == TURNS]
    labels = tuple(Label(span=entry.name.span, text="and so does this") for entry in turns)
    scope.report(error("wrong-value", "`examples` says what stands before `ask`", cases.name.span, labels=labels, help="write the examples as turns, or the turns as examples"))
    return False


def _report_unused(declared: syntax.Prompt, slots: dict[str, Type], said: list[Any], scope: Scope) -> None:
    used = set(columns_in(said))
    if mistaken(said) or any(text.broken for text in syntax.walk(declared) if isinstance(text, syntax.Template)):
        return
    for slot in declared.slots:
        if slot.name.name not in used and slots[slot.name.name] != UNKNOWN:
            named = f"{{{{ {slot.name.name} }}}}"
            plain = any(isinstance(text, syntax.Text) and named in text.value for text in syntax.walk(declared))
            mend = 'only `"""` texts have holes: write `"""..."""`' if plain else f"write `{named}` in the text, or remove the slot"
            scope.report(error("unused-slot", f"the slot `{slot.name.name}` is never used", slot.span, help=mend))


def _slots(declared: syntax.Prompt, scope: Scope) -> dict[str, Type] | None:
    slots: dict[str, Type] = {}
    for slot in declared.slots:
        type_ = read_type(slot.type, scope)
        if type_ is None:
            return None
        if slot.name.name == ANSWER_FORMAT:
            scope.report(error("repeated-name", f"`{ANSWER_FORMAT}` stands for the description of the answer, so no slot is called so", slot.span))
            return None
        if slot.name.name in slots:
            scope.report(error("repeated-name", f"the slot `{slot.name.name}` is there twice", slot.span))
        slots[slot.name.name] = type_
    return slots


def _without(block: syntax.Settings | None, cases: list[syntax.Cases]) -> syntax.Settings | None:
    if block is None:
        return None
    return syntax.Settings(span=block.span, entries=tuple(e for e in block.entries if e not in cases))
