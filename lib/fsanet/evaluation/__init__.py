"""Measures, tables and pictures of how well poses are estimated."""
