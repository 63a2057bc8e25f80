"""What can go wrong outside the program, as errors that say what to do.

RunError
|-- InputError       unreadable or malformed input                    exit 2
|   `-- NotMeant     what nobody said `--yes` to                      exit 2
|-- TooManyFailures  more rows set aside than the spec allows          exit 1
|-- RequirementFailed  a `require` that does not hold                  exit 1
|-- BudgetSpent       an endpoint's budget of tokens is used up       exit 1
|-- ChargeRefused    a privacy charge that would break the budget      exit 1
|-- OutsideFault     endpoint gone, disk full; the same command resumes  exit 3
`-- Interrupted      Ctrl-C; the same command resumes                  exit 130

A mistake of the author is a finding of the compiler; a mistake of ours is an assertion.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class RunError(Exception):
    """An error whose message is one or two sentences: the place and the mend."""

    exit_code = 3


class InputError(RunError):
    """A file, row or graph that cannot be used."""

    exit_code = 2


class NotMeant(InputError):
    """What a person was asked about and did not want; all is as it was before."""


class TooManyFailures(RunError):
    """More rows were set aside than `max_failures` allows."""

    exit_code = 1


class RequirementFailed(RunError):
    """An evaluation's `require` does not hold."""

    exit_code = 1


class BudgetSpent(RunError):
    """The next question would pass the tokens that its endpoint's budget allows; what was answered is kept."""

    exit_code = 1


class ChargeRefused(RunError):
    """A mechanism would spend more privacy than the budget of its people has left."""

    exit_code = 1


class OutsideFault(RunError):
    """Something outside failed; what was done is kept and the same command continues."""

    exit_code = 3


class Interrupted(RunError):
    """The user stopped the run; the same command continues."""

    exit_code = 130


class Hushed(AssertionError):
    """A mistake of ours where private text was at work: where it was made, and nothing of what it says."""


def hushed(work: Callable[[], T], *, private: bool) -> T:
    """Do some work; where private text is at work, tell a mistake of ours by its place alone, for its message may hold that text."""
    try:
        return work()
    except (RunError, OSError, Hushed):
        raise
    except Exception as mistake:
        if not private:
            raise
        told = f"{type(mistake).__name__} while private text was at work; what it says is not shown, and it came from\n{''.join(traceback.format_tb(mistake.__traceback__))}"
    raise Hushed(told)  # outside of the handler, so that the mistake does not come along as its context
