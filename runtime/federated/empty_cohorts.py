"""Warns the owner of private files that hold next to none of the people who were declared.

How many people a private file holds is private, and no noise hides it here. So nothing of this is
released: neither the report, the log of events nor any file at the top of the run's folder has it,
and the warning says one thing alone, that cohorts would be nearly empty. It is told where that is known
anyhow: to whoever runs this machine, who is trusted with the files, and in the run's private part.
"""

from __future__ import annotations

from synthc.runtime.context import Context

FEW = 3.0
"""People found in a round, on average, below which a warning is given."""
SHARE = 0.1
"""Where a tenth of the wanted cohort is there, a small one was meant."""


def warn_of_empty_cohorts(context: Context, users: int) -> None:
    """Tell the owner where so few users were found that rounds would have nearly nobody; a try-out under a limit is meant to."""
    settings = context.node.settings
    people, cohort = settings["population"], settings["cohort"]
    if context.limit is not None or settings["population_is"] != "declared" or people is None:
        return
    if expected(context, users) >= min(FEW, SHARE * cohort):
        return
    context.tell_owner(
        f"warning: the files hold so few of the {people:,} people declared that of a cohort of about {cohort:,} fewer than {FEW:g} are there on average, often nobody:"
        f" what comes out is little but noise; did you mean `simulate = {people}` in place of `population`?"
        " (this rests on private files, so it stands here and in the private part of the run's folder alone, not in the report)"
    )


def expected(context: Context, users: int) -> float:
    """Return how many of the users found take part in a round on average, under a coin of their own or one after the other."""
    settings = context.node.settings
    dp = settings.get("dp") or {}
    if "separation" in dp:
        return min(float(settings["cohort"]), users / max(1, int(min(dp["separation"], settings["rounds"]))))
    return float(users * settings["cohort"] / (settings["population"] * settings["train_share"]))
