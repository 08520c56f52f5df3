"""An object store on loopback."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count

import pytest

# In a process of its own: delta-rs holds Python's lock while it waits for an answer.
SERVER = """
import sys, threading
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1]), verbose=False)
server.start()
sys.stdin.read()  # until the tests end, or die
server.stop()
"""


@dataclass(frozen=True)
class ObjectStore:
    """A store that speaks S3, and the variables that lead programs to it."""

    endpoint: str

    @property
    def variables(self) -> Mapping[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "secret",  # of nothing
            "AWS_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1",
        }

    def make_bucket(self, name: str) -> str:
        """Make a bucket; its address."""
        request = urllib.request.Request(f"{self.endpoint}/{name}", method="PUT")  # noqa: S310
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - loopback
            return f"s3://{name}"


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    if find_spec("moto") is None or find_spec("flask_cors") is None:
        pytest.skip("moto, a development dependency, is not installed")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    store = ObjectStore(f"http://127.0.0.1:{port}")
    try:
        _wait_for(store, server)
        yield store
    finally:
        server.kill()
        server.wait()


def _wait_for(store: ObjectStore, server: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(store.endpoint, timeout=1):  # noqa: S310 - loopback
                return
        except OSError as error:
            if server.poll() is not None or time.monotonic() > patience:
                raise AssertionError("the object store did not start") from error
            time.sleep(0.05)


@pytest.fixture
def bucket(object_store: ObjectStore) -> str:
    """A bucket of a test's own."""
    number = next(_NUMBERS)
    return object_store.make_bucket(f"news-{number}")


_NUMBERS = count()
