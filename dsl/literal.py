"""Reads numbers, shares, durations and plain texts."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Edit, Fix, Safety, error
from synthc.dsl.source import Span

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)((?:[eE][+-]?[0-9]+)?)(\w*|%)")
_ESCAPE = re.compile(r"\\(u\{[^}\"]*\}|.)", re.DOTALL)
_POWERS = {"k": 10**3, "M": 10**6, "B": 10**9}
_SECONDS = {"s": 1, "min": 60, "h": 3600}
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}

# What is often written, what it is here, and whether that is all it can have meant.
_MEANT = {
    "K": ("k", Safety.SAFE),
    "b": ("B", Safety.SAFE),
    "G": ("B", Safety.SAFE),
    "bn": ("B", Safety.SAFE),
    "m": ("min", Safety.UNSAFE),
    "mins": ("min", Safety.SAFE),
    "sec": ("s", Safety.SAFE),
    "secs": ("s", Safety.SAFE),
    "hr": ("h", Safety.SAFE),
    "hrs": ("h", Safety.SAFE),
    "H": ("h", Safety.SAFE),
}

Quantity = syntax.Number | syntax.Share | syntax.Duration


def number(span: Span) -> tuple[Quantity, list[Diagnostic]]:
    """Return what a number says; one that is spelled wrong is read as what it may have meant."""
    match = _NUMBER.fullmatch(span.text)
    digits, power, unit = match.groups() if match else ("0", "", span.text)
    if len(digits) + len(power) > 300 or math.isinf(float(digits + power)):
        return syntax.Number(value=0, span=span), [error("bad-number", "this number is too large", span)]
    if len(power) > len("e-9999"):
        return syntax.Number(value=0, span=span), [error("bad-number", "this number is too small", span)]
    if unit in {"", "%", *_POWERS, *_SECONDS} and not (power and unit):
        return _quantity(span, digits + power, unit), []
    return _misspelled(span, digits, power, unit)


def _quantity(span: Span, digits: str, unit: str) -> Quantity:
    value = Decimal(digits)
    if unit == "%":
        return syntax.Share(value=float(value / 100), span=span)
    if unit in _SECONDS:
        return syntax.Duration(seconds=float(value * _SECONDS[unit]), span=span)
    value *= _POWERS.get(unit, 1)
    whole = digits.isdigit() or (unit and value == int(value))
    return syntax.Number(value=int(value) if whole else float(value), span=span)


def _misspelled(span: Span, digits: str, power: str, unit: str) -> tuple[Quantity, list[Diagnostic]]:
    plain = span.text.replace("_", "")
    if plain != span.text and plain.isdigit():
        finding = _bad(span, "digits are written without `_`", plain, Safety.SAFE)
        return _quantity(span, plain, ""), [finding]
    if unit in _MEANT and not power:
        meant, safety = _MEANT[unit]
        help = f"write `{digits}{meant}`"
        if unit == "m":
            help = f"write `{digits}min` for minutes, `{digits}M` for millions"
        return _quantity(span, digits, meant), [_bad(span, help, digits + meant, safety)]
    help = "numbers end in `k`, `M`, `B`, shares in `%`, durations in `s`, `min`, `h`"
    return _quantity(span, digits + power, ""), [error("bad-number", f"`{span.text}` is not a number", span, help=help)]


def _bad(span: Span, help: str, text: str, safety: Safety) -> Diagnostic:
    fix = Fix(title=f"write `{text}`", edits=(Edit(span=span, text=text),), safety=safety)
    return error("bad-number", f"`{span.text}` is not a number", span, help=help, fix=fix)


def text(span: Span) -> tuple[syntax.Text, list[Diagnostic]]:
    """Return a plain text with its escapes read."""
    found: list[Diagnostic] = []

    def replace(match: re.Match[str]) -> str:
        read = _escape(match[1])
        if read is None:
            place = span.source.span(span.start + 1 + match.start(), span.start + 1 + match.end())
            found.append(_bad_escape(place))
        return match[0] if read is None else read

    return syntax.Text(value=_ESCAPE.sub(replace, span.text[1:-1]), span=span), found


def _escape(said: str) -> str | None:
    if said in _ESCAPES:
        return _ESCAPES[said]
    if re.fullmatch(r"u\{[0-9A-Fa-f]{1,6}\}", said):
        code = int(said[2:-1], 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else None
    return None


def _bad_escape(span: Span) -> Diagnostic:
    if span.text.startswith("\\u"):
        help = "write the code point in hexadecimal, `\\u{1F600}`"
        return error("bad-escape", f"`{span.text}` is not a character", span, help=help)
    help = "a text knows `\\n`, `\\t`, `\\\"`, `\\\\` and `\\u{...}`; a backslash itself is written twice"
    edit = Edit(span=span.source.span(span.start, span.start), text="\\")
    return error("bad-escape", f"`{span.text}` is no escape", span, help=help, fix=Fix(title="write the backslash twice", edits=(edit,)))
