"""Text in, syntax out."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from synthc.dsl import grammar, syntax, tokens
from synthc.dsl.diagnostic import Diagnostic, Edit, Fix, error
from synthc.dsl.failure import Failure
from synthc.dsl.grammar import driven
from synthc.dsl.items import Cut, comments, cut, doc, indented
from synthc.dsl.lalr import OutOfOrder, TooDeep, drive
from synthc.dsl.messages import explain
from synthc.dsl.source import Source, Span
from synthc.dsl.torn import torn
from synthc.dsl.tree import EDITION, NESTING_LIMIT, Broken, build, builder

_WORD = re.compile(r"[A-Za-z_]\w*")


def parse(source: Source, before: syntax.Module | None = None) -> tuple[syntax.Module, tuple[Diagnostic, ...]]:
    """Return the items of a file and what is wrong with its syntax; never raises.

    An item that doesn't parse is left out and gives one finding. One with a slip that can be read past,
    such as `20K`, is kept. With `before`, the module of an older text, items that read as they did are taken over
    as they are and moved to where they stand now; what is left of `before` is then good for nothing.
    """
    cuts = cut(source)
    known: dict[str, list[syntax.Piece]] = {}
    for piece in reversed(before.pieces) if before else ():
        known.setdefault(piece.text, []).append(piece)
    pieces = tuple(_piece(source, place, known) for place in cuts)
    items = tuple(piece.item for piece in pieces if piece.item)
    found = torn(source, pieces)
    found += _edition(source, items, pieces)
    head = tuple(comments(source, 0, cuts[0].start if cuts else len(source.text)))
    module = syntax.Module(source=source, items=items, pieces=pieces, comments=(*head, *(comment for piece in pieces for comment in piece.comments)))
    return module, tuple(sorted(found, key=lambda finding: finding.sort_key))


def _piece(source: Source, place: Cut, known: dict[str, list[syntax.Piece]]) -> syntax.Piece:
    """Return what stands in one place, taken over if it is known and parsed if not."""
    text = source.text[place.start : place.end]
    same = known.get(text)
    if same and not indented(source, place):
        piece = same.pop()
        piece.source.move(source, place.start)
        return piece
    stretch = source.stretch(place.start)
    item, found = parse_item(stretch, place)
    return syntax.Piece(
        text=text,
        source=stretch,
        first=_first(stretch, place),
        item=item,
        found=found,
        comments=tuple(comments(stretch, place.start, place.head, place.end)),
        broken=None if item else _name(stretch, place),
    )


def parse_item(source: Source, place: Cut) -> tuple[syntax.AnyItem | None, tuple[Diagnostic, ...]]:
    """Return one item and its findings; None in its place if it doesn't parse."""
    if indented(source, place):
        help = "remove the white space before it"
        return None, (error("indented-item", "an item begins in column 1", _first(source, place), help=help),)
    item, found = _parse(source, place.head, place.end, "item")
    return item and replace(item, doc=doc(source, place)), found


def parse_expression(source: Source, start: int, end: int) -> tuple[syntax.Expression | None, tuple[Diagnostic, ...]]:
    """Return the expression between two offsets and its findings."""
    return _parse(source, start, end, "expression")


def _parse(source: Source, start: int, end: int, rule: str) -> tuple[Any, tuple[Diagnostic, ...]]:
    making = builder(source, parse_expression)
    try:
        return drive(driven(), rule, source.span(start, end), making, NESTING_LIMIT), tuple(making.found)
    except OutOfOrder as problem:
        whole = "item" if rule == "item" else "hole"
        return None, (explain(Failure(source=source, start=start, end=end, at=problem.at, accepts=problem.accepts, whole=whole)),)
    except (TooDeep, Broken):
        return _parse_slowly(source, start, end, rule)


def _parse_slowly(source: Source, start: int, end: int, rule: str) -> tuple[Any, tuple[Diagnostic, ...]]:
    """Parse by Lark itself, which makes a tree that can be looked at as a whole."""
    import lark

    try:
        root = grammar.lark().parse(lark.TextSlice(source.text, start, end), start=rule)
        built, found = build(source, root, parse_expression)
    except lark.UnexpectedInput as problem:
        return None, (explain(_failure(source, start, end, "item" if rule == "item" else "hole", problem)),)
    except Broken as problem:
        return None, (problem.finding,)
    return built, tuple(found)


def _failure(source: Source, start: int, end: int, whole: str, problem: Any) -> Failure:
    if hasattr(problem, "token"):
        at = end if problem.token.type == "$END" else problem.token.start_pos or start
        accepts = frozenset(problem.accepts)
    else:
        at, accepts = problem.pos_in_stream or start, frozenset()
    return Failure(source=source, start=start, end=end, at=at, accepts=accepts, whole=whole)


def _edition(source: Source, items: tuple[syntax.AnyItem, ...], pieces: tuple[syntax.Piece, ...]) -> list[Diagnostic]:
    """Check that the file begins with its edition, and says it once."""
    editions = [item for item in items if isinstance(item, syntax.Edition)]
    if editions or any(piece.first.text == "synth" or any(found.rule == "missing-edition" for found in piece.found) for piece in pieces[:1]):
        misplaced = [item for item in editions if item.span.start != pieces[0].first.start]
        help = "remove it: the file says it on its first line" if len(editions) > len(misplaced) else "move it to the first line"
        return [error("misplaced-edition", "the edition isn't the first item", item.span, help=help) for item in misplaced[:1]]
    start = 1 if source.text.startswith("\ufeff") else 0
    said = f"synth {EDITION}"
    edit = Edit(span=source.span(start, start), text=f"{said}\n\n" if pieces else f"{said}\n")
    return [
        error(
            "missing-edition",
            "the file doesn't say which edition of the language it is in",
            pieces[0].first if pieces else source.span(start, start),
            help=f"write `{said}` on the first line",
            fix=Fix(title=f"begin with `{said}`", edits=(edit,)),
        )
    ]


def _first(source: Source, place: Cut) -> Span:
    """Return the place of an item's first word."""
    return next(source.span(token.start, token.end) for token in tokens.tokens(source.text, place.head, place.end))


def _alias(source: Source, place: Cut) -> syntax.Identifier | None:
    """Return the name that a broken import seems to give: the one behind `as`, or the last there is."""
    words = [found for found in _WORD.finditer(source.text, place.head, place.end) if found[0] not in tokens.RESERVED]
    if not words:
        return None
    if len(words) > 2 and words[-1][0] == "synth":
        words.pop()  # the end of a file's name
    named = next((word for word in words if source.text[place.head : word.start()].rstrip().endswith(" as")), words[-1])
    return syntax.Identifier(name=named[0], span=source.span(named.start(), named.end()))


def _name(source: Source, place: Cut) -> syntax.Identifier | None:
    """Return the name that a broken item seems to declare."""
    found = tokens.tokens(source.text, place.head, place.end)
    words = [token for token in found if token.kind == "word" and token.text not in {"public", "private"}]
    if get_close_matches("import", [word.text for word in words[:2]], n=1) or (words and words[0].text == "from"):
        return _alias(source, place)
    if len(words) < 2 or words[0].text in {"synth", "test", "budget", "publish"}:
        return None
    named = words[0] if words[1].text == "prompt" else words[1]
    return syntax.Identifier(name=named.text, span=source.span(named.start, named.end))
