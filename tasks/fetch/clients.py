"""Clients for the threads of a crawl."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from tasks.fetch.messages import Answer, Request


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


class Clients:
    """Clients for the threads; a host gets the one that it had last, and its open connection."""

    def __init__(self, connect: Callable[[], Exchanger], number: int) -> None:
        self._connect = connect
        self._number = number
        self._opened = 0
        self._idle: OrderedDict[str, Exchanger] = OrderedDict()
        self._in_use: set[Exchanger] = set()
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
            self._in_use.add(client)
            if self._is_closed:
                client.abort()
            return client

    def give_back(self, host: str, client: Exchanger) -> None:
        """The end of `take`."""
        with self._lock:
            self._in_use.remove(client)
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
            for client in self._in_use:
                client.abort()
        for client in clients:
            client.close()
