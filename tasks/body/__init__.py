"""Body: the article's own paragraphs, without what the page says beside them.

trafilatura finds the text; the modules here put back paragraphs that it lost and cut lines that
are the page's and not the article's, each by one idea: the headline repeated, links to other
articles, invitations, repeats, what the page's own JSON-LD leaves out. They work on lines of text
and ask the tree for evidence. What is cut is kept and named.
"""

from tasks.body.find import Body, find_body

__all__ = ["Body", "find_body"]
