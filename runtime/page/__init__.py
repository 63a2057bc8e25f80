"""The report, drawn from events and artefacts."""
