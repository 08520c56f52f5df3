"""Rights of an article: what text and page say about them, and what that adds up to.

Names of licenses: `creative_commons`, `names`, `spdx`. Sentences: `folding`, `words`, `meaning`,
`holders`, `sentence`. Where they stand: `text` for footers of plain text, `page`, its `links` and
`blocks` for mark-up. `decision` adds up, and leaves copy of `agencies` out.
"""

from tasks.licensing.agencies import agency_of
from tasks.licensing.decision import attribution_line, decide
from tasks.licensing.names import parse_given_license, parse_license
from tasks.licensing.page import PageRights, cut_footer_of_page, rights_in_page
from tasks.licensing.statements import Statement
from tasks.licensing.text import cut_footer, statements_in_text

__all__ = [
    "PageRights",
    "Statement",
    "agency_of",
    "attribution_line",
    "cut_footer",
    "cut_footer_of_page",
    "decide",
    "parse_given_license",
    "parse_license",
    "rights_in_page",
    "statements_in_text",
]
