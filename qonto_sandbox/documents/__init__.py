"""PDF files that the local Qonto makes: invoices with their Factur-X, credit notes, transfer proofs."""
