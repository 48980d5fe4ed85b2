"""Weight files: reading, renaming, strict assignment, download."""
