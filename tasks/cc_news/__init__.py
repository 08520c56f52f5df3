"""CC-NEWS: the news that Common Crawl collects, read where it lies, a month or a day at a time.

    news = parse_cc_news("cc-news:2026-10?host=news.example")
    for item in open_cc_news(news, lake=lake):
        ...  # a Page, a Rejection or a Skip, as of any WARC file

A month is some hundred WARC files of 1 GB. They are read part by part, never kept, and what of
them is in the lake already (`tasks.cc_news.progress`) is not read again.
"""
