"""How code is counted: by coverage.py's tracers, file by file, and made into raw objects."""
