"""Names of meta tags for each field: lower case, the most trusted first.

Open Graph (ogp.me), Dublin Core (DCMI terms), schema.org microdata (`itemprop:` before the
name), PRISM and Highwire (`citation_`), and the crawlers' own: Parse.ly, Sailthru, Cxense, Marfeel.
"""

from __future__ import annotations

TITLE = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "cxenseparse:title")
TITLE_WEAK = ("dcterms.title", "dc.title", "citation_title")
DESCRIPTION = ("og:description", "description", "twitter:description", "dcterms.description")
AUTHOR = (
    *("author", "article:author", "parsely-author", "cxenseparse:author", "sailthru.author"),
    *("dcterms.creator", "dc.creator", "byl", "article:author_name", "og:article:author"),
    *("og:author", "mrf:authors", "citation_author", "article:byline", "article_author"),
    "itemprop:author",
)
PUBLISHED = (
    *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date"),
    "itemprop:datepublished",
    *("cxenseparse:recs:publishtime", "cxenseparse:recs:published_time", "sailthru.date"),
    *("dcterms.issued", "dc.date.issued", "article:published", "article.published", "pubdate"),
    *("pub_date", "publishdate", "publish-date", "publish_date", "publication_date"),
    *("published_time", "published_at", "published", "og:published_time", "og:pubdate"),
    *("prism.publicationdate", "citation_publication_date", "date.available", "firstcreate"),
)
PUBLISHED_VAGUE = (
    *("date", "dc.date", "dcterms.date", "dcterms.created", "dc.date.created", "date.created"),
    *("article.created", "datecreated", "article_date_original"),
)
MODIFIED = (
    *("article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified"),
    "itemprop:datemodified",
    *("dcterms.modified", "dc.date.modified", "article:modified", "article.updated"),
    *("last-modified", "lastmod", "date.modified", "date.updated", "lastupdate"),
)
PUBLISHER = ("og:site_name", "dcterms.publisher", "dc.publisher", "publisher")
APPLICATION = ("application-name", "apple-mobile-web-app-title")
SECTION = ("article:section", "og:article:section", "itemprop:articlesection", "parsely-section")
TAGS = ("article:tag", "og:article:tag", "news_keywords", "parsely-tags", "sailthru.tags")
TAGS_WEAK = ("keywords", "itemprop:keywords", "dc.subject", "dcterms.subject")
IMAGE = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
LANGUAGE = (
    "og:locale",
    "content-language",
    "dc.language",
    "dcterms.language",
    "itemprop:inlanguage",
)
