"""Gzip files undone piece by piece, within a limit: sitemaps are served as `.xml.gz`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zlib_ng import zlib_ng

from tasks.sources.sniff import GZIP_MAGIC

_GZIP_WINDOW = 31  # zlib's "largest window, gzip header and trailer, checked"
_PIECE_BYTES = 65_536
_MAX_MEMBERS = 10_000  # pigz and bgzip make one of each 64 KB or more


class BadStream(Exception):  # noqa: N818 - a value's way out of nested generators; never leaves them
    """The stream is damaged, too long, or gzip in gzip."""


def undo_gzip(chunks: Iterable[bytes], *, max_bytes: int) -> Iterator[bytes]:
    """Undo gzip where the stream begins with its magic number; other streams pass through.

    What is yielded is never long, whatever the chunks are.

    Raises:
        BadStream: After everything that could be read was yielded.
    """
    left = max_bytes
    for piece in _pieces(_sliced(chunks)):
        yield piece[:left]
        left -= len(piece)
        if left < 0:
            raise BadStream(f"it has more than {max_bytes} bytes")


def _sliced(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of bounded length: what is left of one is copied with each member of a gzip file."""
    for chunk in chunks:
        for at in range(0, len(chunk), _PIECE_BYTES):
            yield chunk[at : at + _PIECE_BYTES]


def _pieces(stream: Iterator[bytes]) -> Iterator[bytes]:
    head = b""
    for chunk in stream:
        head += chunk
        if len(head) >= len(GZIP_MAGIC):
            break
    if head.startswith(GZIP_MAGIC):
        yield from _members(head, stream)
        return
    if head:
        yield head
    yield from stream


def _members(pending: bytes, stream: Iterator[bytes]) -> Iterator[bytes]:
    """The contents of one gzip member after the other; zeros and junk behind them are left."""
    is_first = True
    for _ in range(_MAX_MEMBERS):
        decoder = zlib_ng.decompressobj(_GZIP_WINDOW)
        while not decoder.eof:
            piece = _decompress(decoder, pending or next(stream, b""))
            pending = decoder.unconsumed_tail
            if is_first and piece.startswith(GZIP_MAGIC):
                raise BadStream("it is gzip in gzip")
            is_first = is_first and not piece
            if piece:
                yield piece
        pending = decoder.unused_data
        while len(pending) < len(GZIP_MAGIC) and (chunk := next(stream, b"")):
            pending += chunk
        if not pending.startswith(GZIP_MAGIC):
            return
    raise BadStream(f"its gzip has more than {_MAX_MEMBERS:,} members")


def _decompress(decoder: zlib_ng._Decompress, data: bytes) -> bytes:
    try:
        piece = decoder.decompress(data, _PIECE_BYTES)
    except zlib_ng.error as error:  # type: ignore[misc]  # the stub has an instance
        raise BadStream(f"its gzip is damaged: {error}") from None
    if not (data or piece):
        raise BadStream("its gzip is cut off")
    return piece
