"""One step a file, same names as in the catalog; the file's `STAGE` does the work."""
