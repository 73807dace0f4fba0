"""The authorization server: consent page, tokens, revocation (reference §2.2)."""
