"""The lived-in city, for the tests of the second wall."""

from tests.actions.conftest import city, lived, owner, visit

__all__ = ["city", "lived", "owner", "visit"]
