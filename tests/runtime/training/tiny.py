"""Models small enough for a test, as a graph describes them."""

from __future__ import annotations

MODEL = {"kind": "lstm", "embedding": 8, "hidden": 12, "projection": None, "layers": 1, "coupled": False, "tied": True}
GRU = {"kind": "gru", "embedding": 8, "hidden": 12, "projection": None, "layers": 2, "tied": True}
TRANSFORMER = {"kind": "transformer", "embedding": 6, "width": 16, "layers": 2, "heads": 2, "inner": None, "tied": True}
