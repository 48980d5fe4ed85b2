"""Speed and memory: a file for each section of `make bench`, and what they share: timing, processes, tables, charts."""
