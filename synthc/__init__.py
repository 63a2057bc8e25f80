"""A language and compiler for training small on-device language models under privacy.

`check`, `compile` and `run` do what the commands of these names do; they are imported when used,
so that `import synthc` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthc.compiler.compile import check  # noqa: A004
    from synthc.compiler.compile import compile_spec as compile  # noqa: A004
    from synthc.runtime.run import Options, run

__version__ = "0.1.0"
__all__ = ["Options", "__version__", "check", "compile", "run"]

_PLACES = {
    "check": ("synthc.compiler.compile", "check"),
    "compile": ("synthc.compiler.compile", "compile_spec"),
    "run": ("synthc.runtime.run", "run"),
    "Options": ("synthc.runtime.run", "Options"),
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module `synthc` has no `{name}`")
    module, attribute = _PLACES[name]
    return getattr(import_module(module), attribute)
