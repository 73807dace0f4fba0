"""The bodies on the wire, as pydantic models: the OpenAPI description comes from them and tests hold answers to it."""
