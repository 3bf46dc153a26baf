"""What the system does: one path for every verb.

load -> parse -> check -> advance -> write -> evidence, in the caller's transaction. Actions never
commit. ``verbs.py`` is the table of all verbs; screens, routes and the demo go through it.
"""
