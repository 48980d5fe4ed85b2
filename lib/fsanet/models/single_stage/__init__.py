"""Networks that find faces and read their pose in whole pictures."""
