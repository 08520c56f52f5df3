"""Staging: all that a run reads and fetches, as shards, made by a process of its own."""
