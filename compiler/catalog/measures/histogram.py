"""`histogram(column) over users`: how often each value of a stated domain stands in people's rows, with noise.

Each person's counts make one vector, which is shortened to the norm that the mechanism's `clip` says: with `clip = 1.0` people weigh alike, however
many rows they have. Values outside the domain are not counted. What comes out are rows: the `value`, its noisy `count` scaled to the whole
population, and its `share` of all that lies above zero.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from synthc.compiler.catalog.mechanisms.gaussian import Gaussian
from synthc.compiler.catalog.values import Expression, Makers, Said, Settings, Users


class Histogram(Settings):
    """Which values are counted, of how many people, and under which mechanism."""

    domain: Annotated[Expression, Said("list, range, or column of public rows")] = Field(None, description="The values that are counted, stated by something other than the private text itself; a choice or a truth value has its own.")
    dp: Annotated[Any, Makers(gaussian=Gaussian)] = Field(description="The mechanism; its `clip` is the L2 norm to which the counts of one user are shortened.")
    cohort: Users | None = Field(None, description="The expected number of users who are counted; each takes part by chance. All are if left out.")
