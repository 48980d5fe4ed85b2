"""Demos: poses in bundled pictures, figures, notebooks."""
