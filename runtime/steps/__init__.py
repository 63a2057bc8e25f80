"""One step a file, same names as in the catalog."""
