"""Metadata: title, authors, times and all else that a page says about its article.

Each field has candidates from several places (JSON-LD, meta tags, microdata, the page's own
headings and bylines, the URL, what was given beside the page) and a stated order of belief with
checks. One parse, one pass over the tags; nothing here raises for what a page holds.
"""

from tasks.metadata.read import Metadata, date_by_dateline, read_given, read_metadata
from tasks.metadata.tags import Tags, read_tags

__all__ = ["Metadata", "Tags", "date_by_dateline", "read_given", "read_metadata", "read_tags"]
