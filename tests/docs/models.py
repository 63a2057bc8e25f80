"""All settings of the catalog."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from synthc.compiler.catalog.values import Settings

CATALOG = Path(__file__).parents[2] / "compiler" / "catalog"


def models() -> Iterator[type[Settings]]:
    """Yield each model of settings once, in the order of their files."""
    for file in sorted(CATALOG.rglob("*.py")):
        name = file.relative_to(CATALOG).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        module = import_module("synthc.compiler.catalog" + ("" if name == "__init__" else f".{name}"))
        own = (one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__)
        yield from (one for one in own if issubclass(one, Settings) and one is not Settings)
