"""Errors of poses on labelled sets: figures, tables, tags, pairs and charts."""
