"""Adaptation to unlabelled faces, measured: rendered sets with the roles of Kuhnke and Ostermann's, and all methods."""
