"""`ask name = prompt(slots)`: asks the LLM about each row and adds its answer as a column."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.asked import HERE
from synthc.compiler.catalog.prompts import Ask
from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.check.endpoint import default_endpoint
from synthc.compiler.check.references import named
from synthc.compiler.expression import is_option
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import join, private_flow, simulated_flow
from synthc.compiler.program import Thing
from synthc.compiler.types import accepts, answer_of
from synthc.compiler.wording import a
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error


def apply(call: StepCall) -> Outcome | None:
    """Check the prompt's slots, the endpoint, and that nothing private gets there."""
    argument = call.step.arguments[0] if len(call.step.arguments) == 1 else None
    if argument is None or argument.name is None or not isinstance(argument.value, syntax.Call):
        return call.wrong()
    settings = call.settings(Ask)
    found = call.scope.must_find(argument.value.function, "a prompt")
    prompt = found and call.scope.program.thing(*found)
    if settings is None or not prompt:
        return None
    if prompt.thing != "prompt" or prompt.type is None:
        return call.wrong(f"`{prompt.name}` is {a(prompt.kind)}, and `ask` wants a prompt", argument.value.function.span)
    slots = _slots(call, argument.value, prompt)
    endpoint = _endpoint(call, prompt)
    if slots is None or endpoint is None:
        return None
    flow = join(call.rows_flow, *(typed.flow for typed in slots.values()))
    if flow.label is Privacy.PRIVATE:
        call.scope.report(private_flow(flow, argument.span, "an endpoint", "a prompt reads public text only; tune on private text with `federate`"))
        return None
    if flow.label is Privacy.SIMULATED and endpoint.settings["kind"] not in HERE:
        call.scope.report(simulated_flow(flow, argument.span, "a remote endpoint"))
        return None
    name = argument.name.name
    asked = {**prompt.value, **{k: v for k, v in settings.model_dump(exclude={"on_fail"}).items() if v is not None}}
    if asked["top_p"] is not None and asked["temperature"] == 0:
        call.scope.report(error("useless-setting", "`top_p` has no effect at a temperature of 0", argument.span, help="set a `temperature`, or remove `top_p`"))
        return None
    if settings.retries is not None and asked["temperature"] == 0:
        call.scope.report(error("useless-setting", "`retries` has no effect at a temperature of 0, where asking again has the same answer", argument.span, help="set a `temperature`, or remove `retries`"))
        return None
    return Outcome(
        columns={**call.columns, name: answer_of(prompt.type)},
        settings={
            "name": name,
            "prompt": asked,
            "slots": {slot: typed.json for slot, typed in slots.items()},
            "endpoint": {"node": endpoint.name},
            "on_fail": settings.on_fail,
        },
        flow=join(*(typed.flow for typed in slots.values())),
        inputs=(*(n for typed in slots.values() for n in typed.inputs), endpoint.name),
        kept=call.kept | {name} if settings.on_fail == "keep" else call.kept - {name},
        marks=Marks.CHANGES if name in call.columns else Marks.NONE,
    )


def _slots(call: StepCall, written: syntax.Call, prompt: Thing) -> dict[str, Any] | None:
    names = list(prompt.columns)
    slots: dict[str, Any] = {}
    filled = [one.name.name if one.name else names[i] if i < len(names) else "" for i, one in enumerate(written.arguments)]
    if "" not in filled and not call.scope.all_once(zip(filled, (one.span for one in written.arguments), strict=True), "the slot"):
        return None
    for name, argument in zip(filled, written.arguments, strict=True):
        if name not in prompt.columns:
            call.scope.report(_slot_error(prompt, "unknown-slot", f"`{prompt.name}` has no slot `{name}`" if name else f"`{prompt.name}` has no slot for this one", argument))
            return None
        typed = call.expressions.check(argument.value)
        if typed.json is None:
            return None
        if not accepts(prompt.columns[name], typed.type) and not is_option(argument.value, prompt.columns[name]):
            call.scope.report(_slot_error(prompt, "wrong-type", f"the slot `{name}` is {prompt.columns[name]}, and this is {typed.type}", argument))
            return None
        slots[name] = call.expressions.check(argument.value, prompt.columns[name])
    missing = [name for name in names if name not in slots]
    if missing:
        call.scope.report(_slot_error(prompt, "unfilled-slot", "nothing is given for " + ", ".join(f"`{name}`" for name in missing), written))
        return None
    return slots


def _slot_error(prompt: Thing, rule: str, message: str, at: syntax.Syntax) -> Any:
    slots = ", ".join(f"{name}: {of}" for name, of in prompt.columns.items())
    return error(rule, message, at.span, labels=(Label(span=prompt.span, text=f"its slots are ({slots})"),))


def _endpoint(call: StepCall, prompt: Thing) -> Thing | None:
    using = call.clause("using")
    if using is not None:
        return named(using, ("endpoint",), call.scope, using.span)
    chosen: Thing | None = prompt.settings["endpoint"]
    return chosen or default_endpoint(call.scope, call.step.span)


STEP = StepEntry(
    usage="ask NAME = PROMPT(SLOTS) [using ENDPOINT]",
    help="asks the LLM about each row; the answer is a new column",
    marks=Marks.ADDS,
    apply=apply,
    clauses=("using",),
    settings=Ask,
)
