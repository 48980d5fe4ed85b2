"""The training loop, and what is trained with it."""
