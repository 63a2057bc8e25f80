"""The bundled small language model: it makes the pipeline run and replaces no real LLM."""
