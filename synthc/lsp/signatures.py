"""How functions, prompts and calls that make values are called."""

from __future__ import annotations

from dataclasses import dataclass

from synthc.compiler.catalog.functions import FUNCTIONS, Gives
from synthc.compiler.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A call in one line, its slots in order, and a line of help."""

    label: str
    slots: tuple[str, ...]
    help: str


SPECIAL = {
    "logprob": Signature(label="logprob(model, text) -> float", slots=("model", "text"), help="the mean natural log-probability per predicted word of a text, by a trained model"),
    "record": Signature(label="record(name = value, ...)", slots=("name = value",), help="a record of some values"),
    "env": Signature(label='env("NAME", "default")', slots=('"NAME"', '"default"'), help="a variable of the environment, an input of compilation"),
    "secret": Signature(label='secret("NAME")', slots=('"NAME"',), help="a variable of the environment that is read at run and never written anywhere"),
}


GIVES = {Gives.FIRST: "the same", Gives.ITEM: "item", Gives.WIDEST: "number"}
"""What stands for the type of a result that follows from the arguments."""


def signature(name: str) -> Signature:
    """Return the signature of a function of the library."""
    if name in SPECIAL:
        return SPECIAL[name]
    function = FUNCTIONS[name]
    slots = tuple(_spelled(slot) for slot in function.slots)
    more = ", ..." if function.variadic else ""
    result = GIVES.get(function.gives, str(function.result))
    return Signature(label=f"{name}({', '.join(slots)}{more}) -> {result}", slots=slots, help=function.help)


def known(name: str) -> bool:
    """Whether there is a function of a name."""
    return name in FUNCTIONS or name in SPECIAL


def _spelled(of: Type) -> str:
    return str(of).replace("(unknown)", "")
