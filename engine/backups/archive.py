"""The backup as a file: a tar whose last member holds the sums of all others, so that half a file is no file."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from engine.errors import Conflict, Invalid

SUMS = "sums.json"
_CHUNK = 1 << 20


class FileExists(Conflict):
    """这个文件已经存在，没有覆盖；要覆盖请加 --force。"""

    code = "backup_exists"


class BackupRunning(Conflict):
    """正在备份到同一个文件。"""

    code = "backup_running"


class BackupBroken(Invalid):
    """这不是一份完整的备份。"""

    code = "backup_broken"


class Writer:
    """A backup in the making; only its owner may read it."""

    def __init__(self, file: IO[bytes], written_at: int) -> None:
        self._file, self._written_at = file, written_at
        self._sums: dict[str, str] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> int:
        """Add a member; its length, which need not be known before."""
        start = self._file.tell()
        self._file.write(bytes(tarfile.BLOCKSIZE))
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            self._file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        self._file.write(bytes(-size % tarfile.BLOCKSIZE))
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, self._written_at
        self._file.seek(start)
        self._file.write(member.tobuf(tarfile.GNU_FORMAT))
        self._file.seek(0, os.SEEK_END)
        self._sums[name] = digest.hexdigest()
        return size

    def finish(self) -> None:
        """Add the sums and the end of the tar, and bring all to the disk."""
        self.add(SUMS, [json.dumps(self._sums, indent=1).encode()])
        self._file.write(bytes(2 * tarfile.BLOCKSIZE))
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def writing(path: Path, written_at: int, force: bool) -> Iterator[Writer]:
    """A writer whose file gets this name once the block has ended well; until then it lies beside as `.making`.

    Raises FileExists, BackupRunning.
    """
    if path.exists() and not force:
        raise FileExists
    making = path.with_name(f"{path.name}.making")
    with open(os.open(making, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        _take(file, making)
        file.truncate()
        os.fchmod(file.fileno(), 0o600)
        try:
            writer = Writer(file, written_at)
            yield writer
            writer.finish()
            os.replace(making, path)
        except BaseException:
            making.unlink(missing_ok=True)
            raise
    _keep_name(path.parent)


def sweep(folder: Path) -> None:
    """Remove what backups that were killed left behind; one that is being made is left alone."""
    for making in folder.glob("*.making"):
        with suppress(BackupRunning, FileNotFoundError), open(making, "r+b") as file:
            _take(file, making)
            making.unlink()


def _take(file: IO[bytes], making: Path) -> None:
    """Keep others from writing the same file; one that has just got its final name is not ours either."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(file.fileno()).st_ino == making.stat().st_ino:
            return
    except (BlockingIOError, FileNotFoundError) as busy:
        raise BackupRunning from busy
    raise BackupRunning


def _keep_name(folder: Path) -> None:
    """A new name lasts once its folder is on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class Reader:
    """A backup that was found whole."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {member.name: member for member in tar.getmembers() if member.isfile()}
        sums = json.loads(b"".join(self.chunks(SUMS)))
        found = {name: self._sum(name) for name in self._members if name != SUMS}
        if found != sums:
            wrong = sorted(name for name in {*found, *sums} if found.get(name) != sums.get(name))
            raise BackupBroken(f"备份文件已损坏：{'、'.join(wrong[:3])}")

    def names(self, folder: str) -> list[str]:
        """The members of this folder, without its name."""
        return [name.removeprefix(f"{folder}/") for name in self._members if name.startswith(f"{folder}/")]

    def has(self, name: str) -> bool:
        """Whether there is such a member."""
        return name in self._members

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member piece by piece; raises BackupBroken when there is none."""
        member = self._members.get(name)
        source = self._tar.extractfile(member) if member else None
        if source is None:
            raise BackupBroken(f"备份文件不完整：缺少 {name}")
        with source:
            while chunk := source.read(_CHUNK):
                yield chunk

    def read(self, name: str) -> bytes:
        """A member as a whole."""
        return b"".join(self.chunks(name))

    def _sum(self, name: str) -> str:
        digest = hashlib.sha256()
        for chunk in self.chunks(name):
            digest.update(chunk)
        return digest.hexdigest()


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """The backup, every byte of it compared with its sums; raises BackupBroken."""
    with ExitStack() as opened:
        try:
            reader = Reader(opened.enter_context(tarfile.open(path, "r:")))
        except (tarfile.TarError, ValueError, EOFError) as problem:
            raise BackupBroken from problem
        yield reader
