"""Discovery: the addresses of articles, from feeds, sitemaps and front pages.

Bytes or a tree in, values out: nothing here fetches, and nothing raises for what a site sends.
"""
