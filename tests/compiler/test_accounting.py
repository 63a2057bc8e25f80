"""What noise costs, against published numbers; the cache of answers stands in a folder of the test."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dp_accounting import rdp

from synthc.compiler.graph import answers
from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon, epsilon_rdp, noise_for, round_up
from synthc.compiler.graph.answers import kept

MNIST = 60_000

# Sampling, noise, rounds and delta; epsilon by RDP and by PLD, from where it was published or computed by three libraries.
PUBLISHED = {
    "TF-Privacy tutorial, noise 1.1": (256 / MNIST, 1.1, 60 * MNIST // 256, 1e-5, 2.5967, 2.3818),
    "TF-Privacy tutorial, noise 1.3": (256 / MNIST, 1.3, 15 * MNIST // 256, 1e-5, 0.9544, 0.8645),
    "TF-Privacy tutorial, noise 0.7": (256 / MNIST, 0.7, 45 * MNIST // 256, 1e-5, 6.319, 5.639),
    "Opacus MNIST, noise 1.1": (240 / MNIST, 1.1, 60 * MNIST // 240, 1e-5, 2.5029, 2.2955),
    "Opacus accountants test": (0.04, 1.5, 2250, 1e-5, 7.32911117143, None),
    "TF-Privacy dp_sgd test": (150 / MNIST, 1.3, 15 * MNIST // 150, 1e-5, 0.7242234, 0.6401),
    "TF-Privacy dp_sgd test, PLD": (0.01, 0.7, 120, 1e-5, 3.2392676, 2.4612381),
    "a federation of a million": (1e-3, 1.0, 1500, 1e-6, 0.8758, 0.2213),
    "Abadi 2016": (0.01, 4.0, 10_000, 1e-5, 1.0355, 0.947),
}
# The same as it was published before 2021, when RDP was converted by epsilon = RDP + ln(1/delta) / (order - 1); delta is 1e-5.
CLASSIC = {
    "Abadi 2016": (0.01, 4.0, 10_000, 1.2586),
    "TF-Privacy tutorial, noise 1.1": (256 / MNIST, 1.1, 60 * MNIST // 256, 3.0092),
    "TF-Privacy tutorial, noise 1.3": (256 / MNIST, 1.3, 15 * MNIST // 256, 1.1923),
    "TF-Privacy tutorial, noise 0.7": (256 / MNIST, 0.7, 45 * MNIST // 256, 7.10),
    "Opacus MNIST, noise 1.1": (240 / MNIST, 1.1, 60 * MNIST // 240, 2.9052),
    "Opacus MNIST, noise 1.3": (240 / MNIST, 1.3, 15 * MNIST // 240, 1.1597),
    "Opacus MNIST, noise 0.7": (240 / MNIST, 0.7, 45 * MNIST // 240, 6.8627),
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep answers out of the home folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "synthc" / "accounting"


def event(sampling: float, noise: float, rounds: int) -> list[SubsampledGaussian]:
    """Return one mechanism."""
    return [SubsampledGaussian(sampling=sampling, noise=noise, rounds=rounds)]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published(name: str) -> None:
    """Both accountants print what others print."""
    sampling, noise, rounds, delta, by_rdp, by_pld = PUBLISHED[name]

    assert epsilon_rdp(event(sampling, noise, rounds), delta) == pytest.approx(by_rdp, abs=1e-3)
    if by_pld is not None:
        assert epsilon(event(sampling, noise, rounds), delta) == pytest.approx(by_pld, abs=1e-3)


@pytest.mark.parametrize("name", CLASSIC)
def test_newer_conversions_are_tighter(name: str) -> None:
    """PLD below RDP below what was published with the old conversion, which the same RDP gives when it is converted so."""
    sampling, noise, rounds, classic = CLASSIC[name]
    accountant = rdp.RdpAccountant()
    accountant.compose(*event(sampling, noise, rounds)[0].library())
    orders = np.array(accountant._orders)

    assert np.min(accountant._rdp + np.log(1e5) / (orders - 1)) == pytest.approx(classic, rel=2e-3)
    assert epsilon(event(sampling, noise, rounds), 1e-5) < epsilon_rdp(event(sampling, noise, rounds), 1e-5) < classic


def test_without_sampling_it_is_the_closed_form() -> None:
    """The analytic Gaussian: 25 rounds of noise 5 are one of noise 1."""
    assert epsilon(event(1, 5.0, 25), 1e-5) == pytest.approx(epsilon(event(1, 1.0, 1), 1e-5), rel=1e-12)
    assert epsilon(event(1, 1.0, 1), 1e-5) == pytest.approx(4.3772, abs=1e-3)


def test_nothing_costs_nothing() -> None:
    """Nobody is asked."""
    assert epsilon([], 1e-5) == epsilon_rdp([], 1e-5) == 0


@pytest.mark.parametrize("by", [epsilon, epsilon_rdp])
def test_less_noise_more_sampling_and_more_rounds_cost_more(by: object) -> None:
    """And a smaller delta does."""
    assert callable(by)
    least = by(event(0.01, 2.0, 20), 1e-6)

    assert by(event(0.01, 1.5, 20), 1e-6) > least
    assert by(event(0.02, 2.0, 20), 1e-6) > least
    assert by(event(0.01, 2.0, 40), 1e-6) > least
    assert by(event(0.01, 2.0, 20), 1e-7) > least


def test_mechanisms_compose() -> None:
    """Two halves cost what the whole does, in either order."""
    whole = epsilon(event(0.01, 2.0, 20), 1e-6)

    assert epsilon([*event(0.01, 2.0, 10), *event(0.01, 2.0, 10)], 1e-6) == pytest.approx(whole, abs=1e-3)
    one, other = event(0.01, 2.0, 10), event(0.02, 3.0, 10)
    assert epsilon([*one, *other], 1e-6) == pytest.approx(epsilon([*other, *one], 1e-6), abs=1e-6)


@pytest.mark.parametrize(("wanted", "sampling", "rounds"), [(1.0, 0.005, 50), (2.0, 1.0, 10)])
def test_noise_for_is_enough_and_tight(wanted: float, sampling: float, rounds: int) -> None:
    """What is asked is nearly spent, and never more."""
    noise = noise_for(epsilon=wanted, delta=1e-6, sampling=sampling, rounds=rounds)

    assert 0.97 * wanted < epsilon(event(sampling, noise, rounds), 1e-6) <= wanted
    assert noise == round_up(noise)


def test_no_noise_is_enough() -> None:
    """Said in a sentence."""
    with pytest.raises(ValueError, match="no noise keeps epsilon at 1e-09"):
        noise_for(epsilon=1e-9, delta=1e-12, sampling=0.5, rounds=100)


def test_hopeless_noise_is_not_given_to_the_accountant_that_would_eat_the_memory() -> None:
    """RDP's bound stands in."""
    spent = epsilon(event(0.5, 0.3, 1000), 1e-6)

    assert spent == epsilon_rdp(event(0.5, 0.3, 1000), 1e-6) > 60


def test_nothing_is_printed(caplog: pytest.LogCaptureFixture) -> None:
    """Not even where orders of RDP don't converge."""
    epsilon_rdp(event(0.5, 0.433413, 10), 1e-6)

    assert caplog.records == []


def asked(question: list[object], answer: object) -> object:
    """Return what is answered where working it out comes to `answer`."""
    return kept(question, lambda: answer)


def test_answers_are_kept(cache: Path) -> None:
    """By their questions, whatever is worked out later."""
    assert (asked(["a", 1], [1.5, [2]]), asked(["a", 2], 3.0)) == ([1.5, [2]], 3.0)
    assert (asked(["a", 1], 17.0), asked(["a", 2], 17.0)) == ([1.5, [2]], 3.0)
    assert len(list(cache.iterdir())) == 2


SPOILT: dict[str, Callable[[str], str | None]] = {
    "cut off": lambda text: text[:-3],
    "another number": lambda text: text.replace("1.5", "1.4"),
    "not a number": lambda text: text.replace("1.5", "NaN"),
    "no list": lambda _: "17.0",
    "a record": lambda _: '{"a": 1, "b": 2}',
    "no text": lambda _: "\udcff",
    "nothing": lambda _: "",
    "deep": lambda _: "[" * 100_000,
    "that of another question": lambda _: None,
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_spoilt_is_worked_out_again(how: str, cache: Path) -> None:
    """A damaged file costs time: it neither breaks anything nor is it believed."""
    asked(["other"], 0.1)
    (other,) = cache.iterdir()
    asked(["a"], 1.5)
    (file,) = set(cache.iterdir()) - {other}
    text = SPOILT[how](file.read_text())
    file.write_bytes(other.read_bytes() if text is None else text.encode(errors="surrogateescape"))

    assert asked(["a"], 2.5) == 2.5
    assert asked(["a"], 3.5) == 2.5, "and kept"


def test_a_folder_in_place_of_an_answer_is_no_matter(cache: Path) -> None:
    """Whatever stands there."""
    asked(["a"], 1.5)
    (file,) = cache.iterdir()
    file.unlink()
    file.mkdir()

    assert asked(["a"], 2.5) == 2.5


def test_a_mended_mistake_is_not_answered_from_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers go with the code that gave them."""
    asked(["a"], 1.5)
    monkeypatch.setattr(answers, "code", lambda: "mended")

    assert asked(["a"], 2.5) == 2.5


def test_the_code_is_all_that_answers_rest_on() -> None:
    """Every module of the product that an answer is worked out by stands in the folder that is hashed."""
    folder = Path(answers.__file__).parent
    rests = {name for file in folder.glob("*.py") for name in re.findall(r"^ *(?:from|import) (synthc\.\S+)", file.read_text(), re.MULTILINE)}

    assert rests
    assert all(name.startswith("synthc.compiler.graph") for name in rests)


def test_a_cache_that_cannot_be_written_is_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs time, not the answer."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert epsilon(event(1, 5.0, 25), 1e-5) > 4
