"""Rewrites of the graph that ask less and change no row, one a file; `PASSES` is their order.

A rewrite is here only if every run has the same rows with it and without it, the same rows set aside for the same
reasons, and so stops at `max_failures` where it did. These were thought through and are not here:

- A condition in front of an `ask` that may set rows aside. A row whose answer would have failed is then never asked about: it is
  filtered, no longer set aside, and a run that `max_failures` would have stopped may go on. The lints `ask-before-*` propose it.
- `sample`, `top`, `take` and `dedup` in front of such an `ask`, which choose among the rows that came through: other rows come out.
- Two conditions made one. A row for which the second has no value is set aside behind a first that holds, and filtered
  beside a first that doesn't; `and` can't tell these apart, and nothing is saved.
- An `ask` that nobody reads but may set rows aside: it decides which rows there are.
- Columns that nobody reads. A dataset is shown and published with the columns that its declaration gives it; their text is in no prompt
  and costs no token.
- A bound of one declaration that is read by another. What is declared is made, shown and kept, whoever reads how much of it.
- Equal questions of two steps or declarations. The ledger asks them once already, whatever the graph looks like, and `synthc plan --sample` counts them once.
"""

from __future__ import annotations

from collections.abc import Callable

from synthc.compiler.graph import Graph
from synthc.compiler.passes import drop_before_ask, unread_answer

PASSES: tuple[tuple[str, Callable[[Graph], Graph]], ...] = (
    ("unread-answer", unread_answer.rewrite),
    ("drop-before-ask", drop_before_ask.rewrite),
)
"""Name and rewrite; a question that is never asked need not be moved behind anything."""
