"""`--set NAME=VALUE`: the values of params, as several commands take them."""

from __future__ import annotations

import argparse

from synthc.runtime.errors import InputError


def add_set(parser: argparse.ArgumentParser, more: str = "") -> None:
    """Add `--set`."""
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=f"the value of a `param`{more}")


def params_of(said: list[str]) -> dict[str, str]:
    """Return what `--set` said, by name."""
    found: dict[str, str] = {}
    for text in said:
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise InputError(f"`--set {text}`: a name and a value are wanted, such as `--set docs=500`")
        if name.strip() in found:
            raise InputError(f"`--set {name.strip()}` is there twice; keep one of them")
        found[name.strip()] = value
    return found
