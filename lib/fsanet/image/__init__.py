"""Boxes, crops and drawings on images."""
