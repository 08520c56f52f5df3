"""Clients for the threads of a crawl."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from tasks.fetch.messages import Answer, Request
from tasks.fetch.room import ROOM


class Exchanger(Protocol):
    """Makes exchanges, one at a time: `tasks.fetch.client.Client`."""

    def get(self, request: Request) -> Answer:
        """Make one exchange, without following redirects."""
        ...

    def abort(self) -> None:
        """End the exchange that is under way, and any later one, soon. From any thread."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


# So many hosts keep their connection; a client of TLS takes up to 0.8 MB.
_MOST_CLIENTS = 128


class Clients:
    """Clients for hosts, each with one open connection at most, so that no host has two.

    A host gets the client that it had last. When there are `_MOST_CLIENTS`, or one for each
    thread if that is more, the client of the host that was asked the longest ago goes to another
    one: a new client would have to read the authorities of TLS anew.
    """

    def __init__(self, connect: Callable[[], Exchanger], threads: int) -> None:
        self._connect = connect
        self._number = max(threads, _MOST_CLIENTS)
        self._opened = 0
        self._idle: OrderedDict[str, Exchanger] = OrderedDict()
        self._in_use: dict[str, Exchanger] = {}
        self._lock = threading.Lock()
        self._is_closed = False

    def take(self, host: str) -> Exchanger:
        """A client for one exchange with a host, which has no other at the time."""
        with self._lock:
            client = self._idle.pop(host, None)
            if client is None and self._opened == self._number:
                _, client = self._idle.popitem(last=False)
            if client is None:
                self._opened += 1
                client = self._connect()
            self._in_use[host] = client
            if self._is_closed:
                client.abort()
            return client

    def give_back(self, host: str) -> None:
        """The end of `take`, if there was one: when the answer has been handed on, or dropped."""
        client = self._in_use.get(host)
        if client is None:
            return
        ROOM.release(client)
        with self._lock:
            del self._in_use[host]
            if not self._is_closed:
                self._idle[host] = client
                return
        client.close()

    def close(self) -> None:
        """Close all; those in use end what they are at, and are closed when they are given back."""
        with self._lock:
            self._is_closed = True
            clients = list(self._idle.values())
            self._idle.clear()
            for client in self._in_use.values():
                client.abort()
        for client in clients:
            client.close()
