"""Reads what a model wrote as an answer of the type that was asked for."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from synthc.runtime.endpoints.base import Reply

FENCE = re.compile(r"```[a-zA-Z]*\n?(.*?)(?:```|\Z)", re.DOTALL)
MARKER = re.compile(r"^\s*(?:[-*\u2022]|\(?\d{1,3}[.):]|[A-Z]:|(?:Person|Speaker|User) ?[A-Z0-9]{0,2}:)\s+")
QUOTES = "\"'\u201c\u201d\u2018\u2019"
SMART = str.maketrans({"\u201c": '"', "\u201d": '"'})


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
    if kind == "text":
        return _text(text)
    if kind == "list":
        return [_convert(item, of["of"]) for item in _list(text, cut=cut)]
    if kind == "record":
        found = _record(text, list(of["fields"]))
        return {name: _convert(found[name], inner) for name, inner in of["fields"].items()}
    return _convert(_text(text), of)


def _text(text: str) -> str:
    fenced = FENCE.search(text)
    found = (fenced.group(1) if fenced else text).strip()
    if not found:
        raise Unreadable("empty")
    return found


def _list(text: str, *, cut: bool) -> list[Any]:
    """Return the items of a JSON array, or of lines with or without markers; a half-written last one is left out."""
    body = _text(text)
    start = body.find("[")
    if start >= 0 and '"' in body[start : start + 4].translate(SMART):
        return _array(body[start:].translate(SMART), cut=cut)
    lines = [line for line in body.splitlines() if line.strip()]
    marked = [line for line in lines if MARKER.match(line)]
    items = [_unquoted(MARKER.sub("", line)) for line in (marked if len(marked) >= 2 else _without_preamble(lines))]
    items = [item for item in items if item]
    items = items[:-1] if cut and len(items) > 1 else items
    if not items:
        raise Unreadable("no list")
    return items


def _array(body: str, *, cut: bool) -> list[Any]:
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(body)
    except ValueError:
        found = _half_array(body)
    if not isinstance(found, list) or not found:
        raise Unreadable("an empty list" if found == [] else "no list")
    return found


def _half_array(body: str) -> list[Any]:
    """Return the finished items of an array that breaks off."""
    decoder, items, place = json.JSONDecoder(strict=False), [], 1
    while place < len(body):
        skipped = re.compile(r"[\s,]*").match(body, place)
        place = skipped.end() if skipped else place
        try:
            item, place = decoder.raw_decode(body, place)
        except ValueError:
            break
        items.append(item)
    return items


def _without_preamble(lines: list[str]) -> list[str]:
    """Leave out a first line such as `Sure, here is the chat:`."""
    return lines[1:] if len(lines) > 1 and lines[0].rstrip().endswith(":") else lines


def _unquoted(line: str) -> str:
    line = line.strip().rstrip(",")
    return line[1:-1].strip() if len(line) > 1 and line[0] in QUOTES and line[-1] in QUOTES else line


def _record(text: str, names: list[str]) -> dict[str, Any]:
    """Return the fields of a JSON object, or of `name: value` lines."""
    body = _text(text).translate(SMART)
    start = body.find("{")
    if start >= 0:
        try:
            found, _ = json.JSONDecoder(strict=False).raw_decode(body[start:])
        except ValueError:
            found = None
        if isinstance(found, dict):
            return _whole(found, names)
    pairs = (line.split(":", 1) for line in body.splitlines() if ":" in line)
    return _whole({name.strip().strip("-*\"' ").casefold(): value.strip() for name, value in pairs}, names)


def _whole(found: dict[str, Any], names: list[str]) -> dict[str, Any]:
    folded = {str(key).casefold(): value for key, value in found.items()}
    missing = [name for name in names if name.casefold() not in folded]
    if missing:
        raise Unreadable(f"no `{missing[0]}`")
    return {name: folded[name.casefold()] for name in names}


def _convert(value: Any, of: Mapping[str, Any]) -> Any:
    kind = of["kind"]
    if kind in {"text", "choice"} and isinstance(value, dict) and len(value) >= 1:
        value = value.get("text") or value.get("message") or value.get("content")
    if kind == "text" and isinstance(value, str | int | float) and str(value).strip():
        return str(value).strip()
    if kind == "choice" and isinstance(value, str) and (chosen := _chosen(value, of["options"])):
        return chosen
    if kind == "list" and isinstance(value, list):
        return [_convert(item, of["of"]) for item in value]
    if kind == "record" and isinstance(value, dict):
        return {name: _convert(item, of["fields"][name]) for name, item in _whole(value, list(of["fields"])).items()}
    if kind == "bool":
        known = {"true": True, "yes": True, "false": False, "no": False}
        word = str(value).strip().strip(".").casefold()
        if word in known:
            return known[word]
    if kind in {"int", "float", "share"} and (number := re.search(r"-?\d+(?:\.\d+)?", str(value).replace(",", ""))):
        found = float(number.group())
        if kind != "int" or found.is_integer():
            return int(found) if kind == "int" else found
    raise Unreadable(f"not {kind}")
