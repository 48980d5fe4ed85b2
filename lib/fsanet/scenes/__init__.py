"""Whole pictures with labelled faces, composed of rendered heads and free backgrounds."""
