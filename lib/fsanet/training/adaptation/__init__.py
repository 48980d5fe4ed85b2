"""Adaptation of a trained network to unlabelled faces: the third `Task`."""
