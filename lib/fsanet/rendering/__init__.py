"""Synthetic heads: a renderer of labelled faces that needs no photograph and no licence."""
