"""`gaussian(clip = 0.3, epsilon = 4)`: Gaussian noise on the sum of clipped updates, Poisson sampling."""

from __future__ import annotations

from synthc.compiler.catalog.noisy import Noisy


class Gaussian(Noisy):
    """The clip norm and either a wanted epsilon or the noise as a multiple of the clip norm."""

    called = "gaussian"
