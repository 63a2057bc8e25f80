"""Makes Lark's parser of the grammar, and of that parser the tables that are driven without it."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from synthc.dsl import tables
from synthc.dsl.lalr import Rule, Tables
from synthc.dsl.tree import LEVELS

GRAMMAR = Path(__file__).with_name("synth.lark")
OPTIONS: dict[str, Any] = {
    "parser": "lalr",
    # Reserved words are reserved everywhere, so a word means the same to the lexer in all places.
    "lexer": "basic",
    "start": ["item", "expression"],
    "propagate_positions": True,
    "maybe_placeholders": True,
}


@cache
def lark() -> Any:
    """Return Lark's parser, from kept tables where there are any."""
    import lark

    grammar = GRAMMAR.read_text(encoding="ascii")
    path = tables.place("lark", grammar, lark.__version__, repr(OPTIONS))
    stored = tables.kept(path)
    if stored:
        try:
            return lark.Lark.load(BytesIO(stored))
        except Exception:  # noqa: BLE001, S110 - whatever is wrong with the file, building still works
            pass
    built = lark.Lark(grammar, **OPTIONS)
    buffer = BytesIO()
    built.save(buffer)
    tables.keep(path, buffer.getvalue())
    return built


@cache
def driven() -> Tables:
    """Return the tables to drive, kept where they were made before, so that Lark isn't even imported."""
    path = tables.place("driven", GRAMMAR.read_text(encoding="ascii"), repr(OPTIONS), Path(__file__).read_text(encoding="ascii"))
    stored = tables.kept(path)
    if stored:
        try:
            return Tables.from_bytes(stored)
        except Exception:  # noqa: BLE001, S110 - whatever is wrong with the file, building still works
            pass
    built = made_of(lark())
    tables.keep(path, built.to_bytes())
    return built


def made_of(parser: Any) -> Tables:
    """Return the tables of one of Lark's parsers."""
    table = parser.parser.parser._parse_table
    numbers = {rule: at for at, rule in enumerate(parser.rules)}
    names = sorted(table.states)
    at = {state: number for number, state in enumerate(names)}

    def action(of: tuple[Any, Any]) -> int:
        kind, to = of
        return at[to] if str(kind) == "Shift" else ~numbers[to]

    return Tables(
        states=[{str(symbol): action(of) for symbol, of in table.states[state].items()} for state in names],
        starts={str(rule): at[state] for rule, state in table.start_states.items()},
        ends={str(rule): at[state] for rule, state in table.end_states.items()},
        rules=[_rule(rule) for rule in parser.rules],
        terminals=_terminals(parser),
        kept=frozenset(str(symbol.name) for rule in parser.rules for symbol in rule.expansion if symbol.is_term and not symbol.filter_out),
    )


def _rule(rule: Any) -> Rule:
    """Return what Lark's rule says about the children of its node."""
    gaps = [len(ones) for ones in "".join("1" if gap else "0" for gap in rule.options.empty_indices).split("0")]
    gaps = gaps if len(gaps) > 1 or rule.options.empty_indices else [0] * (len(rule.expansion) + 1)
    children, waiting = list[tuple[int, bool, int]](), 0
    for index, symbol in enumerate(rule.expansion):
        waiting += gaps[index]
        if not (symbol.is_term and symbol.filter_out):
            children.append((index, not symbol.is_term and symbol.name.startswith("_"), waiting))
            waiting = 0
    node = rule.alias or rule.origin.name
    single = bool(rule.options.expand1 and not rule.alias)
    behind = waiting + gaps[len(rule.expansion)]
    return Rule(
        origin=str(rule.origin.name),
        node=None if node.startswith("_") else str(node),
        length=len(rule.expansion),
        children=tuple(children),
        behind=behind,
        single=single,
        unit=single and len(rule.expansion) == 1 and children == [(0, False, 0)] and not behind,
        level=int(node in LEVELS),
        plain=children == [(index, False, 0) for index in range(len(rule.expansion))] and not behind,
    )


def _terminals(parser: Any) -> dict[str, str]:
    """Return the terminal of each word and mark that has one spelling, or a few."""
    found = {}
    for terminal in parser.terminals:
        spellings = terminal.pattern.value.removeprefix("(?:").removesuffix(")").split("|") if terminal.name == "COMPARE" else [terminal.pattern.value]
        if terminal.name == "COMPARE" or terminal.pattern.type == "str":
            found.update({str(spelling): str(terminal.name) for spelling in spellings})
    return found
