"""One file for each section of `make bench`, and what they share: timing, processes of their own, tables, charts."""
