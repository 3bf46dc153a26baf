"""Files of a request are kept with its commit, and only then."""

from api.staged_files import StagedFiles
from budgetperf.actions.files import keep_file
from budgetperf.store.files import FileStore
from tests import cast
from tests.conftest import MakeContext, make_context

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


def test_a_file_is_kept_with_its_row(ctx: MakeContext, files: FileStore) -> None:
    session = ctx(cast.CLERK).session
    staged = StagedFiles(files)
    digest = keep_file(make_context(session, cast.CLERK, files=staged), PICTURE)
    assert files.digests() == set()
    assert staged.get(digest) == PICTURE
    staged.keep(session)
    assert files.get(digest) == PICTURE


def test_a_file_whose_row_was_undone_by_a_savepoint_is_not_kept(ctx: MakeContext, files: FileStore) -> None:
    session = ctx(cast.CLERK).session
    staged = StagedFiles(files)
    savepoint = session.begin_nested()
    keep_file(make_context(session, cast.CLERK, files=staged), PICTURE)
    savepoint.rollback()
    staged.keep(session)
    assert files.digests() == set()


def test_a_file_kept_before_is_read_through(files: FileStore) -> None:
    digest = files.put(PICTURE)
    assert StagedFiles(files).get(digest) == PICTURE
