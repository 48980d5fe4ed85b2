"""What is told of each face as a row: written, kept through a stop, joined and read back."""
