"""What noise costs: epsilon of noise, and noise for an epsilon, by library accountants.

The one place that both the compiler, who solves for noise, and the runtime, who charges for it,
ask; so that both print the same number. Answers are kept on disk, see `answers`.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, TypeVar

from synthc.compiler.graph.answers import kept

DISCRETISATION = 1e-4
TOO_LARGE_FOR_PLD = 60.0
"""Above this RDP epsilon the PLD accountant may need more memory than there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsampledGaussian:
    """Rounds of Gaussian noise on a sum of clipped updates of a Poisson sample of users.

    `sampling` is the chance of each user in each round; `noise` is the standard deviation as a
    multiple of the clip norm. Adjacency is adding or removing one user.
    """

    sampling: float
    noise: float
    rounds: int

    @property
    def squared_mu(self) -> float | None:
        """The square of mu, where all of it is one Gaussian of Gaussian DP (Dong et al. 2022); None where users are sampled."""
        return self.rounds / self.noise**2 if self.sampling == 1 else None

    def library(self) -> tuple[Any, int]:
        """Return it as dp-accounting knows it, and how often it happens."""
        from dp_accounting import dp_event

        gaussian = dp_event.GaussianDpEvent(self.noise)
        return (gaussian if self.sampling == 1 else dp_event.PoissonSampledDpEvent(self.sampling, gaussian)), self.rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelatedGaussian:
    """All rounds of a federation whose noise is correlated: one Gaussian on the whole of them.

    `noise` is the standard deviation as a multiple of the clip norm, `squared` the squared sensitivity
    of all rounds together in squared clip norms, so that rho = squared / (2 noise^2). Adjacency is
    replacing all that one user sends by zeros.
    """

    noise: float
    squared: float

    @property
    def squared_mu(self) -> float:
        """The square of mu: all rounds are one Gaussian."""
        return self.squared / self.noise**2

    def library(self) -> tuple[Any, int]:
        """Return it as dp-accounting knows it, and how often it happens."""
        from dp_accounting import dp_event

        return dp_event.GaussianDpEvent(self.noise / math.sqrt(self.squared)), 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Whole federations of which the one with the best score is kept, as often as a secret geometric number says.

    Each has `rounds` of a subsampled Gaussian and one score with Gaussian noise of `score`, as a multiple
    of what a user adds; `tries` is the mean of their number, `times` how often all of that was done.
    Papernot and Steinke 2022, theorem 2 with eta = 1 (arXiv 2110.03620), by dp-accounting's
    RepeatAndSelect; Renyi DP alone knows it.
    """

    sampling: float
    noise: float
    rounds: int
    score: float
    tries: float
    times: int

    @property
    def squared_mu(self) -> None:
        """There is none: it is no Gaussian."""
        return

    def library(self) -> tuple[Any, int]:
        """Return it as dp-accounting knows it, and how often it happens."""
        from dp_accounting import dp_event

        tuned = SubsampledGaussian(sampling=self.sampling, noise=self.noise, rounds=self.rounds)
        one = dp_event.ComposedDpEvent([dp_event.SelfComposedDpEvent(*tuned.library()), dp_event.GaussianDpEvent(self.score)])
        return dp_event.RepeatAndSelectDpEvent(one, self.tries, 1), self.times


Event = SubsampledGaussian | CorrelatedGaussian | Search
"""What one mechanism spends; a plain Gaussian on everybody is sampled at 1."""
E = TypeVar("E", bound=Event)


@cache
def accountant() -> str:
    """Return which accountant answers, with its version."""
    from importlib.metadata import version

    return f"dp-accounting {version('dp-accounting')} PLD"


def epsilon(events: Sequence[Event], delta: float) -> float:
    """Return the epsilon of all events together at a delta, an upper bound by PLD composition.

    Where nothing is sampled it is the closed form of the Gaussian (Balle and Wang 2018).
    """
    return cached("pld", events, delta, _epsilon) if events else 0.0


def epsilon_rdp(events: Sequence[Event], delta: float) -> float:
    """Return the looser bound by Renyi differential privacy, as a second opinion."""
    return cached("rdp", events, delta, _epsilon_rdp) if events else 0.0


def gaussian(events: Sequence[Event]) -> float | None:
    """Return the squared mu of the one Gaussian that events are together; None where any samples users."""
    parts = [event.squared_mu for event in events]
    return None if None in parts else sum(part for part in parts if part is not None)


def noise_for(*, epsilon: float, delta: float, sampling: float, rounds: int) -> float:
    """Return the smallest noise, up to four digits and rounded up, that spends at most epsilon.

    Raises:
        ValueError: no reasonable noise is enough; the message is a sentence.
    """

    def solve(_: Sequence[Event], __: float) -> float:
        return _noise_for(epsilon, delta, sampling, rounds)

    key = [SubsampledGaussian(sampling=sampling, noise=0.0, rounds=rounds)]
    return cached(f"noise for {epsilon!r}", key, delta, solve)


def noise_for_search(search: Search, *, epsilon: float, delta: float) -> float:
    """Return the smallest noise of the rounds of a search, up to three digits and rounded up, that spends at most epsilon.

    Raises:
        ValueError: what its scores spend is more already; the message is a sentence.
    """

    def spent(noise: float) -> float:
        return _epsilon_rdp([replace(search, noise=noise)], delta)

    def solve() -> float:
        low, high = 0.05, 1.0
        while spent(high) > epsilon:
            low, high = high, high * 2
            if high > 1e4:
                raise ValueError(f"no noise keeps epsilon at {epsilon:g}: the scores of a search of {search.tries:g} tries spend more by themselves; give them more noise, or try less often")
        while round_up(low, 3) < round_up(high, 3) and high / low > 1.002:
            middle = math.sqrt(low * high)
            low, high = (middle, high) if spent(middle) > epsilon else (low, middle)
        return round_up(high, 3)

    question = [accountant(), "noise for a search", asdict(replace(search, noise=0.0)), epsilon, delta]
    return float(kept(question, solve))


def noise_for_whole(*, epsilon: float, delta: float, squared: float) -> float:
    """Return the smallest noise, up to four digits and rounded up, that spends at most epsilon where all rounds are one Gaussian.

    `squared` is the squared sensitivity of the rounds in squared clip norms; the noise is a multiple of the clip norm.
    """

    def solve() -> float:
        import dp_accounting

        return round_up(math.sqrt(squared) * float(dp_accounting.get_sigma_gaussian(epsilon, delta)))

    return float(kept([accountant(), "noise for the whole", epsilon, delta, squared], solve))


def largest_squared_mu(*, epsilon: float, delta: float) -> float:
    """Return the largest squared mu of a Gaussian that spends at most epsilon: what a budget leaves to mechanisms that are one Gaussian together."""

    def solve() -> float:
        import dp_accounting

        return float(dp_accounting.get_sigma_gaussian(epsilon, delta)) ** -2

    return float(kept([accountant(), "largest squared mu", epsilon, delta], solve))


def _epsilon(events: Sequence[Event], delta: float, interval: float = DISCRETISATION) -> float:
    import dp_accounting
    from dp_accounting import pld

    if (squared_mu := gaussian(events)) is not None:
        return float(dp_accounting.get_epsilon_gaussian(squared_mu**-0.5, delta))
    rough = _epsilon_rdp(events, delta)
    if rough > TOO_LARGE_FOR_PLD or any(isinstance(event, Search) for event in events):
        return rough
    accountant = pld.PLDAccountant(value_discretization_interval=interval)
    _compose(accountant, events)
    return float(min(rough, accountant.get_epsilon(delta)))


def _epsilon_rdp(events: Sequence[Event], delta: float) -> float:
    from dp_accounting import rdp

    accountant = rdp.RdpAccountant()
    with _quiet():
        _compose(accountant, events)
        return float(accountant.get_epsilon(delta))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from telling of each order that does not converge: leaving one out only loosens the bound."""
    log = logging.getLogger("absl")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _compose(accountant: Any, events: Sequence[Event]) -> None:
    for event in events:
        accountant.compose(*event.library())


def _noise_for(wanted: float, delta: float, sampling: float, rounds: int) -> float:
    def spent(noise: float, by: Callable[[Sequence[Event], float], float]) -> float:
        return by([SubsampledGaussian(sampling=sampling, noise=noise, rounds=rounds)], delta)

    noise = 0.05
    while (rough := spent(noise, _epsilon_rdp)) > wanted:
        noise *= min(4, max(1.25, (rough / wanted) ** 0.25))
        if noise > 1e7:
            raise ValueError(f"no noise keeps epsilon at {wanted:g} with a delta of {delta:g} over {rounds} rounds")
    noise = _tighten(noise, wanted, lambda n: spent(n, _coarse), steps=6, close=0.998)
    return _tighten(noise, wanted, lambda n: spent(n, _epsilon), steps=2, close=0.99)


def _coarse(events: Sequence[Event], delta: float) -> float:
    """Return a looser bound than `_epsilon`, ten times as fast."""
    return _epsilon(events, delta, interval=10 * DISCRETISATION)


def _tighten(enough: float, wanted: float, spent: Callable[[float], float], *, steps: int, close: float) -> float:
    """Return a smaller noise that was tried and found to spend at most what is wanted.

    Epsilon falls smoothly with noise, about as a power of it, so a few secant steps do.
    """
    last_noise, power = round_up(enough), 1.0
    enough, last_spent = last_noise, spent(last_noise)
    for _ in range(steps):
        if wanted * close < last_spent <= wanted:
            break
        guess = round_up(last_noise * (last_spent / wanted) ** (1 / power))
        if guess == last_noise:
            break
        found = spent(guess)
        if found != last_spent:
            power = max(0.3, -math.log(found / last_spent) / math.log(guess / last_noise))
        last_noise, last_spent = guess, found
        if found <= wanted:
            enough = min(enough, guess)
    return enough


def round_up(value: float, digits: int = 4) -> float:
    """Return the next number of so many digits, so that a bound stays one.

    >>> round_up(0.70231), round_up(3.99789838, 6)
    (0.7024, 3.9979)
    """
    from decimal import ROUND_CEILING, Context, Decimal

    return float(Context(prec=digits, rounding=ROUND_CEILING).create_decimal(Decimal(repr(value))))


def cached(method: str, events: Sequence[E], delta: float, compute: Callable[[Sequence[E], float], float]) -> float:
    """Return what was computed by a method of these events before, or compute it and keep it on disk."""
    question = [accountant(), DISCRETISATION, method, [asdict(event) for event in events], delta]
    return float(kept(question, lambda: compute(events, delta)))
