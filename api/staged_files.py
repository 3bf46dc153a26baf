"""Files of one request: put aside until its transaction is about to commit, so that a refusal leaves none behind."""

import hashlib

from budgetperf.store.files import FileStore


class StagedFiles(FileStore):
    """The file store as one request sees it.

    Parameters
    ----------
    store : FileStore
        Where the files are kept in the end.
    """

    def __init__(self, store: FileStore) -> None:
        super().__init__(store.folder)
        self._waiting: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        """Put a file aside and return its digest."""
        digest = hashlib.sha256(content).hexdigest()
        self._waiting[digest] = content
        return digest

    def get(self, digest: str) -> bytes:
        """Return a file, kept or put aside."""
        return self._waiting[digest] if digest in self._waiting else super().get(digest)

    def keep(self) -> None:
        """Keep what was put aside; before the commit, so that no committed row lacks its file."""
        for content in self._waiting.values():
            super().put(content)

    def forget(self) -> None:
        """Drop what was put aside: the work it belonged to was undone."""
        self._waiting.clear()
