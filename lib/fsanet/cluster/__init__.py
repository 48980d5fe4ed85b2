"""One job for many processes or machines: shards, their records, merging."""
