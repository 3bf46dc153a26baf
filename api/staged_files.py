"""Files of one request: put aside until its transaction is about to commit, so that a refusal leaves none behind."""

import hashlib

from budgetperf.store.files import FileStore
from budgetperf.store.proof import stored_files
from budgetperf.store.session import BoundSession


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

    def keep(self, session: BoundSession) -> None:
        """Keep what has its row in the transaction: whatever was undone, by a savepoint or wholly, has none.

        Before the commit, so that no committed row lacks its file.
        """
        if self._waiting:
            for digest in stored_files(session, self._waiting):
                super().put(self._waiting[digest])
