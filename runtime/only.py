"""What `--only` chooses: a name, `+NAME` with all it needs, `NAME+` with all that needs it."""

from __future__ import annotations

from difflib import get_close_matches

from synthc.compiler.graph import Graph
from synthc.runtime.errors import InputError


def chosen(graph: Graph, only: str | None) -> frozenset[str]:
    """Return the names of the nodes to carry out; all of them where nothing is chosen."""
    if only is None:
        return frozenset(graph.by_name)
    name = only.strip("+")
    if name not in graph.by_name:
        close = get_close_matches(name, graph.by_name, 1)
        meant = f"; did you mean `{close[0]}`?" if close else f"; there are {', '.join(f'`{n.name}`' for n in graph.nodes if n.kind != 'endpoint')}"
        raise InputError(f"`--only {only}`: nothing is called `{name}`{meant}")
    names = {name}
    if only.startswith("+"):
        names |= graph.needs(name)
    if only.endswith("+"):
        names |= graph.needed_by(name)
    return frozenset(names)
