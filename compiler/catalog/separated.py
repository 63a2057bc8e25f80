"""What mechanisms with correlated noise have in common: a clip norm that stays, and how seldom the same user takes part."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from synthc.compiler.catalog.mechanisms.adaptive import Adaptive, clip_norm
from synthc.compiler.catalog.noisy import Noisy
from synthc.compiler.catalog.values import Count, Makers, Said


def _fixed(value: Any) -> Any:
    if isinstance(value, Adaptive):
        raise ValueError("is the same in all rounds here, for later ones take back noise that was drawn for it; write a number, or add noise by `gaussian(...)`")  # pydantic's way
    return clip_norm(value)


class Separated(Noisy):
    """The clip norm, the noise, and how many rounds lie between two participations of the same user."""

    clip: Annotated[Any, Said("number above 0"), Makers(float, int, adaptive=Adaptive), BeforeValidator(_fixed)] = Field(
        description="The L2 norm to which the update of one user is clipped."
    )
    separation: Count = Field(description="A user who took part in round t takes part again in round t + separation at the earliest.")
