"""What measures: speed and memory (`speed`, the sections of `make bench`), answers, and what holds under attack."""
