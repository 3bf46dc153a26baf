"""Files by digest on disk: written once, never changed, read back only when their digest holds."""

import hashlib
import os
import tempfile
from pathlib import Path

from budgetperf.errors import NotFound, Unavailable


class FileStore:
    """A folder of files named by their SHA-256.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where the file of ``digest`` lies."""
        return self.folder / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Keep ``content`` and return its digest; the same content is kept once."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part:
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
            Path(part.name).replace(target)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the content of ``digest``.

        Raises
        ------
        NotFound
            No such file.
        Unavailable
            The file on disk is not what was stored.
        """
        target = self.path(digest)
        if not target.exists():
            raise NotFound("file.not_found", f"没有找到摘要为 {digest[:12]}… 的文件")
        content = target.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise Unavailable("file.damaged", f"摘要为 {digest[:12]}… 的文件内容与入库时不符，请从备份恢复")
        return content

    def digests(self) -> set[str]:
        """Return the digests of all files kept."""
        return {path.name for path in self.folder.glob("??/*") if len(path.name) == 64}
