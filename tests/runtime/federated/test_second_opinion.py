"""Accountants of three libraries agree on what noise costs, as far as their methods let them."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon, epsilon_rdp
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
