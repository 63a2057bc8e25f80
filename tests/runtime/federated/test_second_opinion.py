"""Accountants of three libraries agree on what noise costs, as far as their methods let them."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.compiler.graph.accounting import CorrelatedGaussian, SubsampledGaussian, epsilon, epsilon_rdp
from synthc.runtime.federated.second_opinion import opacus_opinions


@pytest.fixture(autouse=True)
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every number is computed here."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_prv_is_a_little_above_pld_and_both_rdps_are_one() -> None:
    """A million people, a thousand a round, 1,500 rounds at noise 1: 0.2213 by PLD, 0.2313 by PRV, 0.8758 by RDP."""
    events = [SubsampledGaussian(sampling=1e-3, noise=1.0, rounds=1500)]
    found = opacus_opinions(events, 1e-6)

    assert epsilon(events, 1e-6) == pytest.approx(0.2213, abs=1e-3)
    assert found["epsilon_prv"] == pytest.approx(0.2313, abs=1e-3)
    assert found["epsilon_opacus_rdp"] == pytest.approx(epsilon_rdp(events, 1e-6), rel=1e-6) == pytest.approx(0.8758, abs=1e-3)


def test_where_an_accountant_cannot_answer_it_says_nothing() -> None:
    """PRV knows only sampled noise; a bound that large is not worth its memory."""
    whole = [SubsampledGaussian(sampling=1.0, noise=20.0, rounds=10)]
    loud = [SubsampledGaussian(sampling=0.5, noise=0.1, rounds=2000)]

    assert opacus_opinions(whole, 1e-6)["epsilon_prv"] is None
    assert opacus_opinions(loud, 1e-6)["epsilon_prv"] is None


@pytest.mark.parametrize(
    ("noise", "rounds", "by", "published"),
    [(1.5, 2250, "epsilon_opacus_rdp", 7.3291111714), (1.5, 2249, "epsilon_prv", 6.777395712), (1.41602, 2250, "epsilon_opacus_rdp", 8.0), (1.34766, 2250, "epsilon_prv", 8.0), (1.3562, 2000, "epsilon_opacus_rdp", 8.0), (1.2915, 2000, "epsilon_prv", 8.0)],
)  # fmt: skip
def test_published_by_opacus(noise: float, rounds: int, by: str, published: float) -> None:
    """Its accountants' tests, at a sampling of 0.04 and a delta of 1e-5, and the noise that its calibration finds for an epsilon of 8."""
    found = opacus_opinions([SubsampledGaussian(sampling=0.04, noise=noise, rounds=rounds)], 1e-5)[by]

    assert found == pytest.approx(published, abs=1e-6 if published < 8 else 2e-2)


@pytest.mark.filterwarnings("ignore:GDP accounting")
def test_its_central_limit_is_no_bound() -> None:
    """Opacus' GDP accountant publishes 6.59-6.60 where PRV, which is one, says 6.777: it is asked for nothing here."""
    from opacus.accountants import GaussianAccountant

    accountant = GaussianAccountant()
    accountant.history = [(1.5, 0.04, 2249)]

    assert accountant.get_epsilon(1e-5) == pytest.approx(6.5998, abs=1e-3)


def test_correlated_noise_has_a_second_opinion() -> None:
    """Gboard's trees: noise 7 at a squared sensitivity of 79 by Opacus' RDP is what dp-accounting's says, above the closed form."""
    events = [CorrelatedGaussian(noise=7.0, squared=79)]
    found = opacus_opinions(events, 1e-10)

    assert found["epsilon_opacus_rdp"] == pytest.approx(epsilon_rdp(events, 1e-10), rel=0.01) == pytest.approx(8.8986, rel=0.01)
    assert epsilon(events, 1e-10) == pytest.approx(8.526, abs=1e-3)
    assert found["epsilon_prv"] is None
