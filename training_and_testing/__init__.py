"""Training, testing and measuring the networks."""
