"""Which steps, sources, endpoints, models, trainers and metrics exist, one file each."""
