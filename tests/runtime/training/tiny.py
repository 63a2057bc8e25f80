"""A model small enough for a test, as a graph describes it."""

from __future__ import annotations

MODEL = {"kind": "lstm", "embedding": 8, "hidden": 12, "projection": None, "layers": 1, "coupled": False, "tied": True}
