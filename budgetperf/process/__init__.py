"""The machine that moves records: stages, the transition table, ``advance``, the work list."""
