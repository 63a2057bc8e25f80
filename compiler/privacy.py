"""Labels and the way a label came: what private text may reach, and through which hops it would."""

from __future__ import annotations

from dataclasses import dataclass

from synthc.compiler.graph import Privacy
from synthc.dsl.diagnostic import Diagnostic, Label, error
from synthc.dsl.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A label and the hops by which it came, from where it was declared to here.

    A flow without hops is public. `mechanisms` names the federations whose ledger entries it carries.
    """

    label: Privacy = Privacy.PUBLIC
    hops: tuple[Label, ...] = ()
    mechanisms: frozenset[str] = frozenset()

    def through(self, span: Span, text: str) -> Flow:
        """Return the flow one hop on; what is public leaves no trail."""
        if self.label is Privacy.PUBLIC:
            return self
        return Flow(label=self.label, hops=(*self.hops, Label(span=span, text=text)), mechanisms=self.mechanisms)

    def relabelled(self, label: Privacy, span: Span, text: str, mechanism: str) -> Flow:
        """Return what comes out of a mechanism."""
        return Flow(
            label=label, hops=(Label(span=span, text=text),), mechanisms=self.mechanisms | {mechanism}
        )


PUBLIC = Flow()


def declared_private(span: Span, name: str) -> Flow:
    """Return the flow of a private source."""
    return Flow(label=Privacy.PRIVATE, hops=(Label(span=span, text=f"`{name}` is declared private here"),))


def join(*flows: Flow) -> Flow:
    """Return the flow of what read all of these: the highest label, by the first path that has it."""
    if not flows:
        return PUBLIC
    highest = max(flows, key=lambda flow: flow.label.rank)
    return Flow(
        label=highest.label,
        hops=highest.hops,
        mechanisms=frozenset().union(*(flow.mechanisms for flow in flows)),
    )


def private_flow(flow: Flow, span: Span, reaches: str, remedy: str) -> Diagnostic:
    """Return the error for private text that reaches a place it may not, with its whole path."""
    return error(
        "private-flow",
        f"private text reaches {reaches}",
        span,
        labels=flow.hops,
        help=remedy,
    )


def simulated_flow(flow: Flow, span: Span, reaches: str) -> Diagnostic:
    """Return the error for what a simulated population taught, where it would leave the machine."""
    return error(
        "simulated-flow",
        f"what a simulated population taught reaches {reaches}",
        span,
        labels=flow.hops,
        help="a simulation protects nobody's text; use it on this machine, or declare a `population`",
    )
