"""Training on several processes, here or on several machines: one leads, the others do their share of each step."""
