"""Rules of account opening, apart from the wire."""
