"""How many random programs the tests try: few unless asked with `--hypothesis-profile=thorough`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck))

settings.register_profile("brief", QUIET, max_examples=40, derandomize=True)
settings.register_profile("thorough", QUIET, max_examples=1000)
settings.load_profile("brief")
