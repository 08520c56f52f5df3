"""Settings: the only reader of the environment."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LONGEST_DELAY_S = 86_400.0  # that a user may set between two requests to a host
DEFAULT_LAKE = "./lake"
DEFAULT_CC_NEWS = "https://data.commoncrawl.org/"
LAKE_MARKER = "lake.json"  # the file that makes a folder a lake


def default_lake() -> str:
    """Lake to use where the command line names none: $BROADSHEET_LAKE, else ./lake."""
    return os.environ.get("BROADSHEET_LAKE") or DEFAULT_LAKE


def cache_folder() -> Path:
    """Folder for what can be made again, by the XDG Base Directory Specification."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    # The specification has relative paths ignored.
    base = Path(named) if Path(named).is_absolute() else Path.home() / ".cache"
    return base / "broadsheet"


def s3_endpoint() -> str | None:
    """Address of an object store other than Amazon's, by the variables of the AWS tools."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None


def s3_region() -> str | None:
    """Region of the object store, if one is set."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None


def cc_news_base() -> str:
    """Where CC-NEWS is read from, if not from Common Crawl's own server."""
    return os.environ.get("BROADSHEET_CC_NEWS") or DEFAULT_CC_NEWS


def default_registry() -> Path:
    """The source registry: $BROADSHEET_REGISTRY, else that of this checkout."""
    named = os.environ.get("BROADSHEET_REGISTRY")
    if named:
        return Path(named)
    return Path(__file__).parents[1] / "seeds" / "sources.toml"


def user_agent() -> str:
    """Who we are to servers: RFC 9110, 10.1.5, asks crawlers for a way to reach their owner.

    $BROADSHEET_CONTACT is an address of the web or of mail.
    """
    contact = os.environ.get("BROADSHEET_CONTACT", "")
    return f"Broadsheet/{pipeline_version()}" + (f" (+{contact})" if contact else "")


def proxy() -> str | None:
    """Address of a proxy to fetch through, if one is set on purpose: $BROADSHEET_PROXY alone."""
    return os.environ.get("BROADSHEET_PROXY") or None


def default_workers() -> int:
    """One worker a core this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS has no affinity
        return os.cpu_count() or 1


def pipeline_version() -> str:
    """Version of Broadsheet, from the installed package or the checkout's pyproject.toml."""
    try:
        return version("broadsheet")
    except PackageNotFoundError:
        import tomllib

        project = Path(__file__).parents[1] / "pyproject.toml"
        return str(tomllib.loads(project.read_text())["project"]["version"])
