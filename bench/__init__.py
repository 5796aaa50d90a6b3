"""Benchmarks: ratios measured in one run, against a baseline beside them. `make bench`."""
