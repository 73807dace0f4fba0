"""Rules of the payment family (verification of payee, strong authentication, transfers), apart from the wire."""
