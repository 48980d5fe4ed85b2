"""Readers of raw data sets and the `preprocess` command; raw sets and npz files lie in this folder too."""
