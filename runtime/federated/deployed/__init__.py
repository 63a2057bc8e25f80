"""The same federation on real devices: what an exported Flower app is made of."""
