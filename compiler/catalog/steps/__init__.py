"""Steps, one file each: what a step may say, and how it changes columns, labels and cost."""

STEPS = ("where", "let", "ask", "explode", "chunk", "select", "dedup", "take", "sample", "top", "shuffle")
"""Every step; the file of the same name has its `STEP`."""
