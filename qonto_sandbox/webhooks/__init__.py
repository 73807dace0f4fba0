"""Webhooks of both families: signatures, queue, deliveries."""
