"""Whether the devices that a federation simulates as absent leave its promise whole."""

from __future__ import annotations

from synthc.compiler.catalog.mechanisms.adaptive import FederatedGaussian
from synthc.compiler.catalog.trainers.federate import Federate
from synthc.compiler.scope import Scope
from synthc.compiler.settings import setting_span
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error


def fits(declared: syntax.Declaration, settings: Federate, scope: Scope) -> bool:
    """Report a report goal that lets one user push another out of a round, or that no round reaches."""
    goal, span, name = settings.report_goal, setting_span(declared, "report_goal"), declared.name.name
    if goal is not None and goal > settings.cohort:
        scope.report(error("wrong-value", f"`{name}` closes a round at {goal:,} updates, and expects {settings.cohort:,} users in one", span, help=f"write a goal of at most {settings.cohort:,}"))
    elif goal is not None and isinstance(settings.dp, FederatedGaussian):
        message = f"a round of `{name}` that closes at {goal:,} updates lets one user push another out, and the noise of `gaussian` hides one user, not two"
        scope.report(error("goal-displaces-users", message, span, help="simulate absent devices with `dropout`, or take the goal away"))
    else:
        return True
    return False
