"""Dots with intervals along one axis, drawn as SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synthc.runtime.page.markup import Markup, cut, element

WIDTH, RIGHT, TOP, ROW, FOOT = 440, 20, 8, 30, 24
LETTER, LONGEST = 6.6, 28
"""How wide a letter of the labels is, about, and how many there may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A value, the interval around it if there is one, and its class in the style sheet."""

    value: float
    interval: tuple[float, float] | None = None
    class_: str = "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A label and the dots beside it."""

    label: str
    dots: Sequence[Dot]


def chart(lines: Sequence[Line], *, title: str, written: Callable[[float], str], zero: bool) -> Markup:
    """Return a chart; `zero` says that the axis marks zero as the line between better and worse."""
    left = 12 + LETTER * min(LONGEST, max(len(line.label) for line in lines))
    low, high = _span(lines)
    ticks = _ticks(low, high, room=(WIDTH - left) / 62)
    low, high = min(low, ticks[0]), max(high, ticks[-1])

    def across(value: float) -> float:
        return left + (value - low) / (high - low) * (WIDTH - left - RIGHT)

    height = TOP + ROW * len(lines) + FOOT
    bottom = height - FOOT
    grid = []
    for tick in ticks:
        x = f"{across(tick):.1f}"
        grid.append(element("line", x1=x, x2=x, y1=TOP, y2=bottom, class_="zero" if zero and tick == 0 else "grid"))
        grid.append(element("text", written(tick), x=x, y=height - 8, class_="tick"))
    rows = [_row(line, TOP + ROW * (index + 0.5), across, left) for index, line in enumerate(lines)]
    spoken = "; ".join(f"{line.label} {', '.join(_spoken(dot, written) for dot in line.dots)}" for line in lines)
    drawing = [element("title", f"{title}: {spoken}"), *grid, *rows]
    return element("svg", *drawing, viewBox=f"0 0 {WIDTH} {height}", width=WIDTH, height=height, role="img", class_="chart")


def _row(line: Line, y: float, across: Callable[[float], float], left: float) -> Markup:
    drawn = [element("text", cut(line.label, LONGEST), x=f"{left - 10:.1f}", y=f"{y + 4:.1f}", class_="label")]
    for dot in line.dots:
        if dot.interval is not None:
            x1, x2 = (f"{across(end):.1f}" for end in dot.interval)
            drawn.append(element("path", d=f"M{x1} {y - 6:.1f}v12m0 -6H{x2}m0 -6v12", class_=f"interval {dot.class_}"))
        drawn.append(element("circle", cx=f"{across(dot.value):.1f}", cy=f"{y:.1f}", r=4, class_=f"dot {dot.class_}"))
    return element("g", *drawn)


def _spoken(dot: Dot, written: Callable[[float], str]) -> str:
    return written(dot.value) if dot.interval is None else f"{written(dot.value)} ({written(dot.interval[0])} to {written(dot.interval[1])})"


def _span(lines: Sequence[Line]) -> tuple[float, float]:
    """Return an axis from zero, on both sides of it where there are values on both."""
    values = [value for line in lines for dot in line.dots for value in (dot.value, *(dot.interval or ()))]
    low, high = min(0.0, *values), max(0.0, *values)
    return (low, high) if high > low else (0.0, 1.0)


def _ticks(low: float, high: float, room: float) -> list[float]:
    """Return round numbers that cover a span, no more than there is room for."""
    size = 10.0 ** math.floor(math.log10(high - low))
    steps = [size * factor for factor in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)]

    def covering(step: float) -> range:
        return range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1)

    step = next((s for s in steps if len(covering(s)) <= max(3, room)), steps[-1])
    return [index * step for index in covering(step)]
