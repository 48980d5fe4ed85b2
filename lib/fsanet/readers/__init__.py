"""Readers of raw data sets: from their files to npz pose sets."""
