"""Why a declaration cannot be read as a value."""

from __future__ import annotations

from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import Flow, private_flow
from synthc.compiler.program import Thing
from synthc.compiler.wording import a
from synthc.dsl.diagnostic import Diagnostic, error
from synthc.dsl.source import Span

REMEDIES = {
    "evaluation": "the numbers of an evaluation over private rows may stand in its own `require` and nowhere else",
    "trained": "a model that was tuned without noise is as private as the text it saw; tune it with `dp = gaussian(...)`",
}
SCORED_IN_STEPS = "score rows in a step, `let fit = logprob(MODEL, text)`, and give the column to the prompt"
PRIVATE_ROWS = "private rows are reached by `federate`, `measure` and `evaluate` alone"


def no_value(thing: Thing, span: Span, reader: str) -> Diagnostic:
    """Return the finding for a declaration that a constant or an expression reads as if it were a value."""
    if thing.flow.label is Privacy.PRIVATE:
        flow = thing.flow.through(span, f"`{thing.name}` is read here")
        return private_flow(flow, span, reader, REMEDIES.get(thing.thing, PRIVATE_ROWS))
    return error("wrong-kind", f"a value is wanted here, and `{thing.name}` is {a(thing.kind)}", span)


def no_score(flow: Flow, span: Span, *, constant: bool) -> Diagnostic:
    """Return the finding for a model that scores a text where there are no rows: in a prompt, an example or a test."""
    if flow.label is Privacy.PRIVATE:
        return private_flow(flow, span, "a constant" if constant else "a prompt or its test", REMEDIES["trained"])
    message = f"`logprob(...)` is worked out of rows, and this is {'a constant' if constant else 'a prompt or its test'}"
    return error("wrong-value", message, span, help=None if constant else SCORED_IN_STEPS)
