"""What Qonto sends, with Qonto's own names. Unknown fields are ignored; statuses and types stay open strings."""
