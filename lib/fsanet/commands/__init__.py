"""What the `fsanet` command does, a file a verb: options, one call, a report."""
