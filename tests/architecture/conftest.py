"""The lived-in city, in which every move was made."""

from tests.actions.conftest import city, lived, owner

__all__ = ["city", "lived", "owner"]
