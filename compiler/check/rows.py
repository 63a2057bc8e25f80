"""`filter`, `transform` and `generate`: rows that come from rows, or from a grid, by steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from synthc.compiler.catalog.asked import HERE
from synthc.compiler.catalog.find_step import find_step
from synthc.compiler.catalog.rows import Rows
from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.catalog.steps import ALONE, STEPS
from synthc.compiler.check.slot import slot
from synthc.compiler.graph import Privacy, Step
from synthc.compiler.privacy import Flow, join, private_flow, simulated_flow
from synthc.compiler.program import After, Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import settings_of
from synthc.compiler.suggest import spelling
from synthc.compiler.types import Type
from synthc.compiler.wording import a
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What is known between two steps."""

    columns: Mapping[str, Type]
    flow: Flow
    settings: Mapping[str, Any]
    origin: Thing | None = None
    licences: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    came_in: frozenset[str] = frozenset()
    inputs: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    after: tuple[After, ...] = ()


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the rows behind the last step."""
    read = settings_of(Rows, declared, scope)
    state = _start(declared, scope)
    for step in declared.steps:
        if state is not None:
            state = _step(step, state, declared, scope)
    if state is None or read is None:
        return None
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="rows",
        kind=declared.kind.name,
        span=declared.name.span,
        flow=state.flow,
        columns=state.columns,
        origin=state.origin,
        licences=state.licences,
        kept=state.kept,
        settings={**state.settings, "max_failures": read.max_failures},
        steps=state.steps,
        after=state.after,
        inputs=state.inputs,
    )


def _start(declared: syntax.Declaration, scope: Scope) -> _State | None:
    kind, value = declared.kind.name, declared.value
    if value is None:
        scope.report(error("missing-value", f"`{declared.name.name}` starts from nothing", declared.name.span, help=f"write `{kind} {declared.name.name} = ROWS`"))
        return None
    if isinstance(value, syntax.Call) and value.function.span.text == "grid":
        if kind != "generate":
            scope.report(error("wrong-kind", f"{a(kind)} starts from rows, and a grid makes new ones", value.span, help="declare it as `generate`"))
            return None
        return _grid(value, scope)
    found = scope.must_find(value, "rows")
    thing = found and scope.program.thing(*found)
    if not thing:
        return None
    if thing.thing != "rows":
        scope.report(error("wrong-kind", f"rows are wanted here, and `{thing.name}` is {a(thing.kind)}", value.span))
        return None
    if kind == "generate" and thing.kind != "generate":
        scope.report(error("wrong-kind", f"a generate starts at a grid or another generate, and `{thing.name}` is {a(thing.kind)}", value.span, help="declare it as `transform`, for its rows were made from rows"))
        return None
    return _State(
        columns=thing.columns,
        flow=thing.flow.through(declared.name.span, f"`{declared.name.name}` reads `{thing.name}` here"),
        settings={"from": {"node": thing.name}},
        origin=thing.origin or (thing if thing.flow.label is Privacy.PRIVATE and thing.kind == "source" else None),
        licences=thing.licences,
        kept=thing.kept,
        came_in=frozenset(thing.columns),
        inputs=(thing.name,),
    )


def _grid(call: syntax.Call, scope: Scope) -> _State | None:
    slots: dict[str, Any] = {}
    columns: dict[str, Type] = {}
    things: list[Thing] = []
    good = bool(call.arguments) and scope.all_once([(slot_.name.name, slot_.span) for slot_ in call.arguments if slot_.name], "the slot")
    if not call.arguments:
        scope.report(error("wrong-value", "a grid needs slots, such as `grid(age = 18..70)`", call.span))
    for argument in call.arguments:
        if argument.name is None:
            scope.report(error("wrong-value", "a slot of a grid has a name: `name = values`", argument.span))
            good = False
            continue
        name = argument.name.name
        found = slot(argument.value, scope, things, "a slot")
        good = good and found is not None
        if found is not None:
            slots[name], columns[name] = found
    if not good:
        return None
    flow = join(*(thing.flow.through(call.span, f"`{thing.name}` fills a slot of this grid") for thing in things))
    if flow.label is Privacy.PRIVATE:
        scope.report(private_flow(flow, call.span, "the slots of a grid", "slots are read by prompts; take them from public rows"))
        return None
    licences = frozenset().union(*(thing.licences for thing in things)) if things else frozenset()
    return _State(columns=columns, flow=flow, settings={"grid": slots}, licences=licences, inputs=tuple(t.name for t in things))


def _entry(step: syntax.Step, scope: Scope) -> StepEntry | None:
    verb = step.verb.name
    entry = find_step(verb)
    if entry is None:
        help_, fix = spelling(verb, STEPS, step.verb.span)
        scope.report(error("unknown-step", f"there is no step `{verb}`", step.verb.span, help=help_ or "steps are " + ", ".join(STEPS), fix=fix))
        return None
    if not scope.all_once([(clause.word, clause.span) for clause in step.clauses], "the word"):
        return None
    for clause in step.clauses:
        if clause.word not in entry.clauses:
            scope.report(error("wrong-step", f"`{verb}` takes no `{clause.word}`", clause.span, help=f"write `{entry.usage}`"))
            return None
    if step.settings is not None and entry.settings is None:
        scope.report(error("unknown-setting", f"`{verb}` has no settings", step.settings.span, help=f"write `{entry.usage}`"))
        return None
    return entry


def _step(step: syntax.Step, state: _State, declared: syntax.Declaration, scope: Scope) -> _State | None:
    entry = _entry(step, scope)
    if entry is None:
        return None
    call = StepCall(step=step, entry=entry, columns=state.columns, kept=state.kept, scope=scope, rows_flow=state.flow)
    outcome = entry.apply(call)
    if outcome is None:
        return None
    # A column that was dropped and made anew is not the one that came in.
    again = (state.came_in & outcome.columns.keys()) - state.columns.keys()
    marks = entry.marks | outcome.marks | (Marks.CHANGES if again else Marks.NONE)
    if not _allowed(step, marks, state, declared, scope):
        return None
    if not _open_choice(step, outcome, state, scope):
        return None
    flow = join(state.flow, outcome.flow.through(step.span, "decides about rows here"))
    return replace(
        state,
        columns=outcome.columns,
        flow=flow,
        kept=state.kept if outcome.kept is None else outcome.kept,
        inputs=(*state.inputs, *outcome.inputs),
        steps=(*state.steps, Step(verb=step.verb.name, settings=outcome.settings, place=step.span.place)),
        after=(*state.after, After(columns=outcome.columns, flow=flow)),
    )


def _allowed(step: syntax.Step, marks: Marks, state: _State, declared: syntax.Declaration, scope: Scope) -> bool:
    verb, kind = step.verb.name, declared.kind.name
    if kind == "filter" and marks & (Marks.CHANGES | Marks.MULTIPLIES):
        does = "repeats or cuts rows" if Marks.MULTIPLIES in marks else "changes what came in"
        scope.report(
            error(
                "filter-changes-text",
                f"`{verb}` {does}, and the rows of a filter come out as they went in",
                step.span,
                labels=(Label(span=declared.kind.span, text="declared as a filter here"),),
                help="declare it as `transform`",
            )
        )
        return False
    if state.flow.label is Privacy.PRIVATE and verb not in ALONE:
        scope.report(
            error(
                "crosses-users",
                f"`{verb}` {'looks across rows' if Marks.LOOKS_ACROSS in marks else 'is not known to look at one row'}, so one user's text {'would' if Marks.LOOKS_ACROSS in marks else 'could'} change another's",
                step.span,
                labels=state.flow.hops,
                help=f"on private rows only steps that look at one row are possible: {', '.join(f'`{verb}`' for verb in ALONE)}",
            )
        )
        return False
    return True


def _open_choice(step: syntax.Step, outcome: Outcome, state: _State, scope: Scope) -> bool:
    """Refuse rows that are chosen by something private, or private ones by what a pretended population taught."""
    chooser, private = outcome.flow, state.flow.label is Privacy.PRIVATE
    if chooser.label is Privacy.PRIVATE:
        among = "a choice among the rows of other users" if private else "a choice among public rows"
        scope.report(private_flow(chooser, step.span, among, "choose by a model that was tuned under DP"))
        return False
    pretended = state.origin is not None and state.origin.settings["simulate"]
    if private and not pretended and chooser.label is Privacy.SIMULATED:
        scope.report(simulated_flow(chooser, step.span, "a choice among private rows"))
        return False
    # Steps run side by side: which rows are kept here decides how many are asked about above.
    if chooser.label is Privacy.SIMULATED and _asked_far(state, scope):
        scope.report(simulated_flow(chooser, step.span, "a remote endpoint, which is asked above until there are enough rows"))
        return False
    return True


def _asked_far(state: _State, scope: Scope) -> bool:
    """Whether a step so far asks a remote endpoint."""
    asked = {step.settings["endpoint"]["node"] for step in state.steps if step.verb == "ask"}
    return any(thing.name in asked and thing.settings["kind"] not in HERE for thing in scope.program.all_things() if thing.kind == "endpoint")
