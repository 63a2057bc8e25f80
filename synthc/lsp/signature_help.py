"""How the call around the cursor is made, and which argument is being written."""

from __future__ import annotations

from dataclasses import dataclass

from synthc.lsp import names
from synthc.lsp.annotations import settings
from synthc.lsp.context import Frame, Place, place_at
from synthc.lsp.signatures import Signature, known, signature
from synthc.lsp.view import View
from synthc.lsp.wants import call_model


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """A signature, and which of its slots is active; None behind the last."""

    signature: Signature
    active: int | None


def signature_help(view: View, offset: int) -> Help | None:
    """Return the signature of the innermost call around the cursor."""
    place = place_at(view.source, view.cut_at(offset), offset)
    for at in range(len(place.frames) - 1, 0, -1):
        frame = place.frames[at]
        if frame.opener == "(" and frame.callee:
            found = _signature(view, place, at)
            return None if found is None else Help(signature=found, active=_active(frame, found))
    return None


def _active(frame: Frame, found: Signature) -> int | None:
    if frame.named:
        return next((at for at, slot in enumerate(found.slots) if slot.partition(":")[0] == frame.named), None)
    last = len(found.slots) - 1
    return frame.index if frame.index <= last else last if "..." in found.label else None


def _signature(view: View, place: Place, at: int) -> Signature | None:
    callee = place.frames[at].callee
    model = call_model(view, place, at)
    if model is not None:
        slots = tuple(f"{one.name}: {one.wants}" for one in settings(model))
        return Signature(label=f"{callee[-1]}({', '.join(slots)})", slots=slots, help=model.__doc__ or "")
    thing = names.found(view, callee) if place.verb == "ask" else None
    if thing is not None and thing.thing == "prompt":
        slots = tuple(f"{name}: {of}" for name, of in thing.columns.items())
        return Signature(label=f"{'.'.join(callee)}({', '.join(slots)}) -> {thing.type}", slots=slots, help=thing.doc)
    return signature(callee[-1]) if len(callee) == 1 and known(callee[-1]) else None
