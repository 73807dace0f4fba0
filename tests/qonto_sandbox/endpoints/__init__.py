"""One test per cell: each operation of the local Qonto × each answer that it may give."""
