"""A lake, a site, and a clock that stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.opening import open_or_create_lake
from tasks.storage import Lake
from tests.fetching import Clock
from tests.newsroom import NewsSite, news_site


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = open_or_create_lake(str(tmp_path / "lake"))
    lake.staging.mkdir(exist_ok=True)
    return lake


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with news_site() as site:
        yield site
