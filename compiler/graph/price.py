"""What the tokens of an endpoint cost, as its declaration says."""

from __future__ import annotations

from synthc.compiler.graph.nodes import Node

MILLION = 1_000_000
FREE = (0.0, 0.0)


def price_of(endpoint: Node) -> tuple[float, float] | None:
    """Return what a million tokens cost, read and written; what answers on this machine is free, and what nobody says is None."""
    said = endpoint.settings.get("price")
    if said is not None:
        return float(said["input"]), float(said["output"])
    return FREE if endpoint.settings["kind"] in {"embedded", "transformers"} else None


def cost(price: tuple[float, float] | None, tokens_in: float, tokens_out: float) -> float | None:
    """Return what tokens cost at a price.

    >>> cost((0.15, 0.6), 2_000_000, 100_000)
    0.36
    """
    return None if price is None else round((tokens_in * price[0] + tokens_out * price[1]) / MILLION, 4)
