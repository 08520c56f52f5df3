"""How any part of Broadsheet connects to sites."""

from __future__ import annotations

from collections.abc import Callable

from tasks.fetch.client import Client
from tasks.fetch.clients import Exchanger
from tasks.settings import proxy, user_agent


def clients(*, allow_private: bool) -> Callable[[], Exchanger]:
    """Open clients that say who we are, and go through the proxy that is set, if one is."""
    return lambda: Client(user_agent=user_agent(), allow_private=allow_private, proxy=proxy())
