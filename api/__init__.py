"""The web service: a typed API and the desks, nothing that decides (see docs/architecture.md)."""
