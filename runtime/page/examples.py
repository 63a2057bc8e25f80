"""A few rows of a dataset, cut short."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from synthc.runtime.page.markup import Markup, cut, element

LONGEST = 200
LONGEST_ASIDE = 60


def examples(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Return rows as a list: their text, and beneath it the other columns."""
    return element("ol", *(_row(row) for row in rows), class_="examples")


def _row(row: Mapping[str, Any]) -> Markup:
    main = "text" if "text" in row else next(iter(row), "")
    aside = [element("span", element("b", name), " ", cut(_written(value), LONGEST_ASIDE)) for name, value in row.items() if name != main]
    beneath = [element("p", *aside, class_="aside")] if aside else []
    return element("li", element("p", cut(_written(row.get(main, "")), LONGEST)), *beneath)


def _written(value: Any) -> str:
    """Return a value on one line; of an answer what was answered, and how sure where that is known."""
    if isinstance(value, Mapping) and "value" in value and "raw" in value:
        answered = _written(value["value"])
        sure = (value.get("p") or {}).get(value["value"]) if isinstance(value["value"], str) else None
        return answered if sure is None else f"{answered} ({sure:.0%})"
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, float):
        return f"{value:.4g}"
    return json.dumps(value, ensure_ascii=False, default=str)
