"""How the bundled model was made; needs torch, which answering does not."""
