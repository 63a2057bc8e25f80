"""Steps, one file each: what a step may say, and how it changes columns, labels and cost."""

STEPS = ("where", "let", "ask", "explode", "chunk", "select", "dedup", "decontaminate", "redact", "repeat", "spread", "take", "sample", "top", "shuffle")
"""Every step; the file of the same name has its `STEP`."""

ALONE = ("where", "let", "select", "chunk", "explode", "redact", "repeat", "decontaminate")
"""Steps that look at one row and are no question, as private rows need; a test compares this with their marks."""
