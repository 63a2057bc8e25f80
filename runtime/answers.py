"""Reads what a model wrote as an answer of the type that was asked for."""

from __future__ import annotations

import ast
import datetime as dt
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from synthc.runtime.endpoints.base import Reply

THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
FENCE = re.compile(r"```(?:[\w-]*\n)?(.*?)(?:```|\Z)", re.DOTALL)
PREAMBLE = re.compile(r"\A(?:sure|certainly|of course|absolutely|okay|ok|here(?:'s|\u2019s| is| are))\b[^\n]*:[*\s]*\n", re.IGNORECASE)
MARKER = re.compile(r"^\s*(?:[-*\u2022]\s|\**(?:[(\[]?\d{1,3}[.):\]]|[A-Z]:|(?:Person|Speaker|User) ?[A-Z0-9]{0,2}\**:)\**\s)\s*")
QUOTES = "\"'\u201c\u201d\u2018\u2019"
SMART = str.maketrans({"\u201c": '"', "\u201d": '"'})
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Unreadable(Exception):
    """An answer that is not of its type; the message says why."""


def read_answer(reply: Reply, of: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an answer column: value, ok, raw, logprob, and p of a choice.

    Raises:
        Unreadable: the reply is not of the type.
    """
    answer: dict[str, Any] = {"ok": True, "raw": reply.text, "logprob": reply.logprob}
    if of["kind"] == "choice":
        shares = _shares(reply, of["options"])
        best = max(of["options"], key=lambda option: shares[option])
        return {**answer, "value": best, "p": shares}
    return {**answer, "value": _read(reply.text, of, cut=reply.finish == "length")}


def failed_answer(raw: str, of: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an answer that failed, for `on_fail = keep`."""
    answer = {"value": None, "ok": False, "raw": raw, "logprob": None}
    return {**answer, "p": None} if of["kind"] == "choice" else answer


def _shares(reply: Reply, options: list[str]) -> dict[str, float]:
    """Return the probability of each option, normalised over the options."""
    if reply.choices is None:
        chosen = _chosen(reply.text, options)
        raise Unreadable("the endpoint gave no probabilities" if chosen else "none of the options")
    top = max(reply.choices.values())
    if not math.isfinite(top):
        raise Unreadable("none of the options is among the likely tokens")
    weights = {option: math.exp(reply.choices.get(option, -math.inf) - top) for option in options}
    total = sum(weights.values())
    return {option: weight / total for option, weight in weights.items()}


def _chosen(text: str, options: list[str]) -> str | None:
    word = text.strip().strip(QUOTES + ".!").casefold()
    return next((option for option in options if option.casefold() == word), None)


def _read(text: str, of: Mapping[str, Any], *, cut: bool) -> Any:
    kind = of["kind"]
    if kind == "list":
        return [_convert(item, of["of"]) for item in _list(text, cut=cut)]
    if kind == "record":
        return _convert(_record(text, list(of["fields"])), of)
    return _convert(_text(text), of)


def _text(text: str) -> str:
    """Return what was meant: without thoughts, a first line such as `Sure, here it is:`, and fences around all of it."""
    bare = PREAMBLE.sub("", THOUGHT.sub("", text).strip()).strip()
    fenced = FENCE.match(bare)
    found = (fenced[1] if fenced else bare).strip()
    if not found:
        raise Unreadable("empty")
    return found


def _list(text: str, *, cut: bool) -> list[Any]:
    """Return the items of an array, or of lines with or without markers; a half-written last one is left out."""
    body = _text(_fenced(text))
    array = _array(body)
    if array is None:
        lines = [line for line in body.splitlines() if line.strip()]
        marked = [line for line in lines if MARKER.match(line)]
        array = [_unquoted(MARKER.sub("", line)) for line in (marked if len(marked) >= 2 else _without_preamble(lines))]
        array = array[:-1] if cut else array
    items = [item for item in array if item not in ("", None)]
    if not items:
        raise Unreadable("cut off in its first item" if cut else "an empty list")
    return items


def _fenced(text: str) -> str:
    """Return what stands in the first fence, wherever that is; all of it where there is none."""
    found = FENCE.search(text)
    return found[1] if found and found[1].strip() else text


def _array(body: str) -> list[Any] | None:
    """Return the items of an array in JSON or as Python writes it, the finished ones if it breaks off; None if there is none."""
    start = re.search(rf"\[\s*(?:[{QUOTES}{{\]]|-?\d[\d.,\s-]*\]\s*\Z)", body)
    if start is None:
        return None
    for read in (_json, lambda text: _json(text.translate(SMART)), _python):
        found = read(body[start.start() :])
        if isinstance(found, list):
            return found
    return _half_array(body[start.start() :].translate(SMART))


def _json(text: str) -> Any:
    """Return the JSON value that a text begins with, forgiving a comma before a closing bracket."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(re.sub(r",(\s*[\]}])", r"\1", text))[0]
    except (ValueError, RecursionError):
        return None


def _python(text: str) -> Any:
    try:
        return ast.literal_eval(text[: text.rindex("]") + 1])
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _half_array(body: str) -> list[Any]:
    """Return the finished items of an array that breaks off."""
    decoder, items, place = json.JSONDecoder(strict=False), [], 1
    while (begin := re.compile(r"[\s,]*(?=[^\s,])").match(body, place)) is not None:
        try:
            item, place = decoder.raw_decode(body, begin.end())
        except (ValueError, RecursionError):
            break
        items.append(item)
    return items


def _without_preamble(lines: list[str]) -> list[str]:
    """Leave out a first line such as `A chat between two friends:`."""
    return lines[1:] if len(lines) > 1 and lines[0].rstrip(" *").endswith(":") else lines


def _unquoted(line: str) -> str:
    line = line.strip().rstrip(",")
    return line[1:-1].strip() if len(line) > 1 and line[0] in QUOTES and line[-1] in QUOTES else line


def _record(text: str, names: list[str]) -> dict[str, Any]:
    """Return the fields of a JSON object, or of `name: value` lines."""
    body = _text(_fenced(text))
    start = body.find("{")
    for written in (body, body.translate(SMART)) if start >= 0 else ():
        found = _json(written[start:])
        if isinstance(found, dict):
            return _whole(found, names)
    pairs = (MARKER.sub("", line).split(":", 1) for line in body.splitlines() if ":" in line)
    return _whole({name.strip("-*\"' "): _unquoted(value.strip("* ")) for name, value in pairs}, names)


def _whole(found: dict[str, Any], names: list[str]) -> dict[str, Any]:
    folded = {str(key).casefold(): value for key, value in found.items()}
    missing = [name for name in names if name.casefold() not in folded]
    if missing:
        raise Unreadable(f"without `{missing[0]}`")
    return {name: folded[name.casefold()] for name in names}


def _convert(value: Any, of: Mapping[str, Any]) -> Any:
    """Return a value as its type."""
    kind = of["kind"]
    if kind in {"text", "choice"} and isinstance(value, dict):
        value = value.get("text") or value.get("message") or value.get("content")
    if kind == "list" and isinstance(value, str):  # a list inside a record, written as one would be alone
        value = _list(value, cut=False)
    if kind == "list" and isinstance(value, list):
        return [_convert(item, of["of"]) for item in value]
    if kind == "record" and isinstance(value, dict):
        return {name: _convert(item, of["fields"][name]) for name, item in _whole(value, list(of["fields"])).items()}
    if isinstance(value, str | int | float) and (found := CONVERTED[kind](str(value).strip(), of)) is not None:
        return found
    raise Unreadable(f"not {kind}")


def _to_bool(text: str, _: Mapping[str, Any]) -> bool | None:
    word = re.match(r"\W*(\w+)", text)
    return {"true": True, "yes": True, "false": False, "no": False}.get(word[1].casefold()) if word else None


def _to_number(text: str, of: Mapping[str, Any]) -> int | float | None:
    """Return the one number in a text; of several, nobody knows which is meant."""
    numbers = NUMBER.findall(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text))
    if len(numbers) != 1:
        return None
    found = float(numbers[0]) / (100 if of["kind"] == "share" and "%" in text else 1)
    if of["kind"] == "int":
        return int(found) if found.is_integer() and abs(found) < 2**63 else None
    return found if math.isfinite(found) else None


def _to_date(text: str, _: Mapping[str, Any]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip(QUOTES + ". "))
    except ValueError:
        return None


CONVERTED: Mapping[str, Callable[[str, Mapping[str, Any]], Any]] = {
    "text": lambda text, _: text or None,
    "choice": lambda text, of: _chosen(text, of["options"]),
    "bool": _to_bool,
    "int": _to_number,
    "float": _to_number,
    "share": _to_number,
    "date": _to_date,
    "list": lambda _, __: None,
    "record": lambda _, __: None,
}
