"""Benchmarks, and the maker of the binary samples. Nothing of the pipeline imports this."""
