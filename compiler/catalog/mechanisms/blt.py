"""`blt(clip = 0.3, epsilon = 8, buffers = 3, separation = 300)`: DP-FTRL, noise by buffered linear Toeplitz matrices, cyclic participation.

Noise of earlier rounds is taken away again, a little in each later round, as a few buffers remember it
(McMahan et al. 2024, "A hassle-free algorithm for private learning in practice"). The matrix is chosen
when the spec is compiled: the one with the least noise on the worst sum of rounds, for these rounds and
this separation.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.separated import Separated
from synthc.compiler.catalog.values import Count


class Blt(Separated):
    """The clip norm, the noise, and how many rounds lie between two participations of the same user."""

    called = "blt"
    buffers: Annotated[Count, Field(le=8)] = Field(3, description="How many buffers remember earlier noise, each as large as the model; more than 4 hardly help.")
