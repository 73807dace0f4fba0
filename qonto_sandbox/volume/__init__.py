"""Load tests: N organizations of M transactions that are computed when asked for, and never kept.

Everything follows from the rank of the organization and of the line, so that several processes answer alike and
memory stays flat. Their tokens and keys are published by `/_sandbox/api/volume`.
"""
