"""Campaigns: one act on many departments, a transaction each, durable over restarts."""
