"""Bytes of a file, gzip undone, in order, with bounded memory, and with damage noticed.

Both streams are read member by member (RFC 1952 lets a file be many gzip members; a plain file is
one): a crawler writes one member a record, so a member's offset is where reading can start again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Protocol

from zlib_ng import zlib_ng

from tasks.sources.sniff import GZIP_MAGIC

CHUNK_BYTES = 64 << 10
_GZIP_WINDOW = 31  # zlib's "largest window, gzip header and trailer, checked"
_STEP_DIVISOR = 16  # 64 KiB, 4 KiB, 256, 16 and 1 byte: how a damaged place is closed in on
_MAX_CANDIDATES = 10_000  # magic numbers tried in one search; 1 GB of chance holds about 16,000


class DamageError(Exception):
    """The bytes end too early or are not what they must be.

    `offset` counts the file's bytes; a sound gzip member may follow `search_from`.
    """

    def __init__(
        self, what: str, *, offset: int, search_from: int = 0, truncated: bool = False
    ) -> None:
        super().__init__(f"{what} at byte {offset} of the file")
        self.offset = offset
        self.search_from = search_from
        self.truncated = truncated


class Stream(Protocol):
    """Sequential bytes in members.

    `position` counts the bytes given out, `member_position` those before the current member;
    `member_offset` is where that member begins in the file.
    """

    position: int
    member_position: int
    member_offset: int

    def next_member(self) -> bool:
        """Go to the next member; False at the end of the file."""

    def read(self, size: int) -> bytes:
        """Up to `size` bytes of this member; none at its end, which has then been checked."""


def open_regular(path: Path) -> FileIO:
    """Open a file for reading; anything that might block or answer for ever is an OSError."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(None, "it is a device, socket, pipe or folder, not a file")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # it was replaced meanwhile
        os.close(descriptor)
        raise OSError(None, "it is no longer a file")
    return FileIO(descriptor)


def open_stream(file: FileIO) -> Stream:
    """Start at the beginning of a file, whatever was read of it before."""
    file.seek(0)
    magic = file.read(len(GZIP_MAGIC))
    file.seek(0)
    return GzipStream(file) if magic == GZIP_MAGIC else PlainStream(file)


def chunks(stream: Stream) -> Iterator[bytes]:
    """All bytes of all members.

    Raises:
        DamageError: after the last good byte.
    """
    while stream.next_member():
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def read_head(stream: Stream, size: int) -> bytes:
    """The first `size` bytes, fewer if the file is shorter or damaged before."""
    head = bytearray()
    try:
        for chunk in chunks(stream):
            head += chunk
            if len(head) >= size:
                break
    except DamageError:
        pass  # whoever reads the whole file will meet it again
    return bytes(head[:size])


class PlainStream:
    """A file as it is: one member."""

    member_position = 0
    member_offset = 0

    def __init__(self, file: FileIO) -> None:
        self.position = 0
        self._file = file
        self._begun = False

    def next_member(self) -> bool:
        """Go to the only member, once."""
        begun, self._begun = self._begun, True
        return not begun

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end of the file."""
        data = self._file.read(size) or b""
        self.position += len(data)
        return data

    @property
    def size(self) -> int:
        """Bytes in the file, now."""
        return os.fstat(self._file.fileno()).st_size

    def seek(self, position: int) -> None:
        """Go back, or on, to a position."""
        self._file.seek(position)
        self.position = position


class GzipStream:
    """A gzip file: its members one after the other.

    The standard library's GzipFile neither tells where members begin nor gives out the bytes
    before the damage.
    """

    def __init__(self, file: FileIO, offset: int = 0) -> None:
        self.position = 0
        self.member_position = 0
        self.member_offset = offset
        self._file = file
        self._restart(offset)
        self._decoder: zlib_ng._Decompress | None = None
        self._step = CHUNK_BYTES  # how much to give the decoder at once

    def next_member(self) -> bool:
        """Go to the next member; NULs between members are padding, as for gzip(1).

        Raises:
            DamageError: if something else follows.
        """
        self._consume(len(self._input) - len(self._input.lstrip(b"\0")))
        while not self._input and self._refill():
            self._consume(len(self._input) - len(self._input.lstrip(b"\0")))
        if not self._input:
            return False
        if not GZIP_MAGIC.startswith(self._input[: len(GZIP_MAGIC)]):
            here = self._input_offset
            raise DamageError("no gzip data", offset=here, search_from=here)
        self._decoder = zlib_ng.decompressobj(_GZIP_WINDOW)
        self._step = CHUNK_BYTES
        self.member_offset = self._input_offset
        self.member_position = self.position
        return True

    def read(self, size: int) -> bytes:
        """Up to `size` bytes of this member; none at its end, when its checksum was right.

        Raises:
            DamageError: after the last byte that can be had.
        """
        while (decoder := self._decoder) is not None:
            if decoder.eof:
                self._decoder = None
                break
            at_end = not self._input and not self._refill()
            data = self._decode(decoder, size)
            if data:
                self.position += len(data)
                return data
            if at_end:
                self._decoder = None
                raise self._damage("gzip data breaks off", truncated=True)
        return b""

    def _decode(self, decoder: zlib_ng._Decompress, size: int) -> bytes:
        checkpoint = decoder.copy()  # type: ignore[attr-defined]  # not in the stub
        piece = self._input[: self._step]
        try:
            data = decoder.decompress(piece, size)
        except zlib_ng.error as error:  # type: ignore[misc]  # the stub has an instance
            if self._step == 1:
                self._decoder = None
                raise self._damage(f"gzip data is damaged ({error})") from error
            # The failed call lost what came before the damage: close in on it.
            self._decoder = checkpoint
            self._step //= _STEP_DIVISOR
            return self._decode(checkpoint, size)
        left = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        self._consume(len(piece) - len(left))
        return data

    def find_member(self, after: int, *, beginning: bytes) -> bool:
        """Go to just before the next member beyond offset `after` whose bytes begin as given."""
        self._decoder = None
        tried = 0
        self._restart(after)
        while self._refill():
            found = self._input.find(GZIP_MAGIC)
            while found >= 0 and tried < _MAX_CANDIDATES:
                candidate = self._input[found : found + CHUNK_BYTES]
                if len(candidate) < CHUNK_BYTES and self._refill():
                    continue  # enough to see how it begins
                tried += 1
                if _inflates_to(candidate, beginning):
                    self._consume(found)
                    return True
                found = self._input.find(GZIP_MAGIC, found + 1)
            self._consume(len(self._input) - 1)  # half a magic number may stand at the end
        return False

    def _damage(self, what: str, *, truncated: bool = False) -> DamageError:
        return DamageError(
            what,
            offset=self._input_offset,
            search_from=self.member_offset + 1,
            truncated=truncated,
        )

    def _restart(self, offset: int) -> None:
        self._file.seek(offset)
        self._input = b""
        self._input_offset = offset  # of _input[0] in the file

    def _refill(self) -> bool:
        more = self._file.read(CHUNK_BYTES) or b""
        self._input += more
        return bool(more)

    def _consume(self, count: int) -> None:
        self._input = self._input[count:]
        self._input_offset += count


def _inflates_to(data: bytes, beginning: bytes) -> bool:
    try:
        return zlib_ng.decompressobj(_GZIP_WINDOW).decompress(data, len(beginning)) == beginning
    except zlib_ng.error:  # type: ignore[misc]  # as above
        return False
