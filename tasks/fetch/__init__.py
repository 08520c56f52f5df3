"""Fetching: pages, feeds and robots.txt from servers that nobody has reason to trust."""
