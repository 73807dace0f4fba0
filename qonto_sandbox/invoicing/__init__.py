"""Rules of invoices, apart from the wire."""
