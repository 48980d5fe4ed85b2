"""What is laid on photographs: face masks and rendered hair, on one face or on those of whole sets."""
