"""One file for each family of exported formats: how it is written, and how it is run to be compared."""
