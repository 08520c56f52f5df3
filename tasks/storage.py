"""Where a lake lies: in a folder, or below a prefix of a bucket of an object store (S3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.fs as pafs

from tasks.durable import fsync, write_text
from tasks.errors import LakeError
from tasks.settings import cache_folder, s3_endpoint, s3_region

S3 = "s3://"
# In a path delta-rs takes these for an escaped character, a slash or an error; DuckDB looks for the
# log of a database with a `?` in its path at another place. Surrogates are bytes that no UTF-8 has.
MISREAD = re.compile(r"%[0-9A-Fa-f]{2}|[?\\\x00-\x1f\x7f\ud800-\udfff]")
# Names that every tool on the way (delta-rs, Arrow, DuckDB, the store) writes and reads alike.
BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()-]+)*")
# An address that does not answer should say so while its user still looks.
PATIENCE = {"connect_timeout": "5s", "max_retries": "4", "retry_timeout": "30s"}


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake's places.

    `uri` is an absolute path or `s3://bucket/prefix`. `home` is a folder of this machine, the
    lake's own or, for a bucket, one in the user's cache: what lies there and not in the tables
    (catalog, index, lock, shards at work) can be made again. `id` is in the lake's marker and in
    each table, so that the folders of two lakes cannot be mixed unnoticed.
    """

    uri: str
    home: Path
    id: str = ""

    @property
    def is_local(self) -> bool:
        """Whether the lake is a folder."""
        return not self.uri.startswith(S3)

    @property
    def catalog(self) -> Path:
        """The DuckDB file with the views."""
        return self.home / "broadsheet.duckdb"

    @property
    def index(self) -> Path:
        """What versions and rejections are known, for look-ups."""
        return self.home / ".index.sqlite"

    @property
    def staging(self) -> Path:
        """Folder of shards at work; whatever lies there belongs to a run that lives or died."""
        return self.home / "_staging"

    @property
    def lock(self) -> Path:
        """File whose lock orders the commits and catalogs of this machine's processes."""
        return self.home / ".lock"

    def address(self, name: str) -> str:
        """Absolute path or URI of a file or table of the lake."""
        return f"{self.uri}/{name}"

    @property
    def files(self) -> pafs.FileSystem:
        """The lake's files, by paths relative to it."""
        return pafs.SubTreeFileSystem(self.uri.removeprefix(S3), store(is_local=self.is_local))

    @property
    def delta_options(self) -> Mapping[str, str] | None:
        """Options of delta-rs, which reads the rest from the AWS_* variables itself."""
        if self.is_local:
            return None
        endpoint = s3_endpoint()
        if endpoint is None:
            return PATIENCE
        plain = urlsplit(endpoint).scheme == "http"
        return {**PATIENCE, "endpoint_url": endpoint, "allow_http": str(plain).lower()}

    def read(self, name: str) -> bytes:
        """Content of a small file.

        Raises:
            FileNotFoundError: if there is none.
        """
        with self.files.open_input_stream(name) as file:
            return bytes(file.read())

    def write(self, name: str, content: str) -> None:
        """Write a small text file, whole or not at all."""
        if self.is_local:
            write_text(self.home / name, content)
        else:
            with self.files.open_output_stream(name) as file:
                file.write(content.encode())

    def sync(self, *names: str) -> None:
        """Make files and folders survive a power cut; object stores do of themselves."""
        if self.is_local:
            for name in names:
                fsync(self.home / name)


def lake_at(name: str | Path) -> Lake:
    """Name a lake's places, of a folder or `s3://bucket/prefix`. Looks at nothing, makes nothing.

    Raises:
        LakeError: if no lake can have that name.
    """
    text = str(name)
    if text.startswith(S3):
        uri = text.rstrip("/")
        if not BUCKET.fullmatch(uri) or {".", ".."} & set(uri.split("/")):
            raise LakeError(
                f"{text!a} cannot be a lake: write s3://bucket/prefix, with letters, digits and -_."
            )
        endpoint = s3_endpoint()
        if endpoint is not None and not re.fullmatch(r"https?://[^/\s]+(/\S*)?", endpoint):
            raise LakeError(
                f"AWS_ENDPOINT_URL is {endpoint!a}: write http:// or https:// and a host"
            )
        # Two stores may have buckets of the same name.
        digest = sha256(f"{s3_endpoint() or ''}\n{uri}".encode()).hexdigest()[:12]
        return Lake(uri, cache_folder() / f"{uri.rpartition('/')[2]}-{digest}")
    if re.match(r"s3:|[A-Za-z][A-Za-z0-9+.-]*://", text):
        raise LakeError(f"{text!a} cannot be a lake: name a folder or s3://bucket/prefix")
    path = Path(text).resolve()
    if wrong := MISREAD.search(str(path)):
        raise LakeError(
            f"{str(path)!a} cannot be a lake: Delta or DuckDB would misread {wrong[0]!a} in it; "
            "name another folder with --lake"
        )
    return Lake(str(path), path)


@cache
def store(*, is_local: bool) -> pafs.FileSystem:
    """The file system, by absolute paths, or the object store, by `bucket/key`."""
    if is_local:
        return pafs.LocalFileSystem()
    return s3_store(s3_endpoint(), s3_region())


def s3_store(endpoint: str | None, region: str | None) -> pafs.S3FileSystem:
    """Arrow's client: unlike delta-rs's it lets go of Python's lock while it waits."""
    parts = urlsplit(endpoint or "")
    return pafs.S3FileSystem(
        endpoint_override=parts.netloc + parts.path.rstrip("/") if endpoint else None,
        scheme=parts.scheme if endpoint else None,
        # A region saves a question to Amazon; other stores do not care which.
        region=region or ("us-east-1" if endpoint else None),
        connect_timeout=5,
        request_timeout=60,
    )
