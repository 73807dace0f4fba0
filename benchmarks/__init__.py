"""Measures, each printed beside a limit measured in the same run on the same machine (architecture §7).

One module a subject, run by `make bench` or alone: `python -m benchmarks.<name>`. It prints its figures with their
ratios and leaves nothing behind.
"""
