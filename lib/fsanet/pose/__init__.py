"""Angles, rotation matrices and error measures of head poses."""
