"""How noise is added."""
