"""Ray, where it is installed: an extra, 220 MB of it."""

from __future__ import annotations

from importlib.util import find_spec

from synthc.runtime.errors import InputError


def require_ray() -> None:
    """Raise unless Ray is installed."""
    if find_spec("ray") is None:
        raise InputError("`--engine ray` needs Ray, which is not installed; say `pip install 'synthc[ray]'`, or leave `--engine` out to work in processes of this machine")
