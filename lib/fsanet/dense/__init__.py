"""What a single-stage network says at every place of a picture: its layout, how labels become it, and back. NumPy."""
