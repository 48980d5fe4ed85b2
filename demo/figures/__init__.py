"""Figures of the paper, made from any model, pictures and video: `make figures`, one figure a file."""
