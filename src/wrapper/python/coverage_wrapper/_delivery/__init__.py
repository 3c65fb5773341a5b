"""How raw objects get to the bucket, or wait until they can."""
