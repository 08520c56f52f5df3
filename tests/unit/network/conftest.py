"""A lake, a site, and a clock that stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.storage import Lake, lake_at
from tests.fetching import Clock
from tests.newsroom import NewsSite, news_site


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = lake_at(tmp_path / "lake")
    lake.staging.mkdir(parents=True)
    return lake


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with news_site() as site:
        yield site
