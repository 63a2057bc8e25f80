"""How many random programs the tests try: few unless asked with `--hypothesis-profile=thorough`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}

settings.register_profile("brief", max_examples=40, derandomize=True, **QUIET)
settings.register_profile("thorough", max_examples=1000, **QUIET)
settings.load_profile("brief")
