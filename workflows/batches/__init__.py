"""Batches: work too heavy for the web process: fits, papers, bundles."""
