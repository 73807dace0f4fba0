"""The fichier des écritures comptables (LPF art. A47 A-1): its format, its reading from the books, its controls."""
