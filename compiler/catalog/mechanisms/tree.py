"""`tree(clip = 0.3, epsilon = 8, separation = 300)`: DP-FTRL, noise by aggregation along binary trees, cyclic participation.

Noise is added to sums over 1, 2, 4, 8 ... rounds, so that noise on the sum of all rounds grows with the
logarithm of their number (Kairouz et al. 2021). Its epsilon rests on how seldom the same user takes
part, not on chance.
"""

from __future__ import annotations

from pydantic import Field

from synthc.compiler.catalog.separated import Separated
from synthc.compiler.catalog.values import Count


class Tree(Separated):
    """The clip norm, the noise, and how many rounds lie between two participations of the same user."""

    called = "tree"
    restart: Count | None = Field(None, description="Rounds after which a new tree begins; one tree over all rounds if left out.")
