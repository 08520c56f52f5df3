"""Lines at the ends that speak to the reader of the site and not of the news."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from tasks.body.blocks import squeeze, words

INVITATION, CONSENT, BARE_HEADING = "invitation", "consent-notice", "bare-heading"

FIRST_LINES = 2
LAST_LINES = 3
LONGEST = 250  # code points of an invitation
LONGEST_HEADING = 150

# Only words that speak to the reader: people sign up for courses, subscriptions are sold, and
# presidents sign laws (in Russian with the verb that subscribing is made of).
_OUR_LETTER = (
    r"(?:our|your|unser\w{0,2}|notre|votre|nuestro|nossa?|nostra|onze|vår|vores|vårt)"
    r" (?:\w{1,20} ){0,2}"
    r"(?:newsletters?|inbox|nieuwsbrief|nyhetsbrev|nyhedsbrev|boletín|boletim)\b"
)
_PLATFORM = (
    r"(?:twitter|x|facebook|instagram|linkedin|bluesky|mastodon|telegram|youtube|whatsapp|tiktok)"
)
_ASKS = re.compile(
    rf"(?:^|[.!?:;,|•>–—-]\s{{0,3}}|\b(?:please|and|or) )(?:sign up|subscribe|click here"
    rf"|follow (?:us|me|@)|follow (?:[\w.'’-]{{1,30}} ){{1,4}}on {_PLATFORM}|join us"
    rf"|download (?:our|the) app|share (?:this|it)|leave a comment)\b|^comments?$|{_OUR_LETTER}"
    r"|\balready a subscriber\b|\bfor subscribers\b|\bto continue reading\b"
    r"|\b(?:abonnieren sie|jetzt (?:abonnieren|anmelden)|hier anmelden|folgen sie uns"
    r"|abonnez[- ]vous|inscrivez[- ]vous|suivez[- ]nous|suscríb(?:ete|ase|anse)|síguenos|siga-nos"
    r"|inscreva-se|assine já|iscriviti|abbonati (?:ora|subito|a)|seguici|volg ons|följ oss|følg os"
    r"|prenumerera på|abonnér på|zapisz się|subskrybuj|odebírejte|bültenimize|abone ol(?:un)?)\b"
    r"|подпи(?:шитесь|шись|сывайтесь)|підпи(?:шіться|суйтесь|суйтеся)|наш\w{0,3} рассылк"
    r"|メルマガ|ニュースレター|会員登録|구독하|뉴스레터|订阅我们|訂閱我們|关注我们|關注我們"
    r"|اشترك الآن|اشترك في نشر|خبرنامه",
    re.IGNORECASE,
)
# The site speaks of itself: reports on cookies speak of others.
_CONSENT = re.compile(
    r"\b(?:we|this (?:web)?site|our (?:web)?site)(?: and our \w{1,20})? uses? cookies"
    r"|wir (?:verwenden|nutzen|setzen) cookies|diese (?:web)?seite (?:verwendet|nutzt) cookies"
    r"|nous utilisons (?:des|les) cookies|ce site utilise des cookies"
    r"|\b(?:usamos|utilizamos) cookies|este (?:sitio|site)(?: web)? (?:usa|utiliza) cookies"
    r"|(?:utilizziamo|usiamo) (?:i )?cookie|questo sito (?:usa|utilizza) (?:i )?cookie"
    r"|wij gebruiken cookies|vi (?:använder|bruger|bruker) cookies|używamy (?:plików )?cookie"
    r"|мы используем (?:файлы )?(?:cookie|куки)|このサイトはcookieを使用",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[“”„«»「」]")


def cut_invitations(lines: Sequence[str]) -> dict[int, str]:
    """Find last lines that ask to subscribe, follow, share or comment, and notices on cookies."""
    tail = range(max(1, len(lines) - LAST_LINES), len(lines))
    cuts = {i: INVITATION for i in tail if len(lines[i]) <= LONGEST and _asks(lines[i])}
    for i in (*range(min(FIRST_LINES, len(lines))), *tail):
        if len(lines[i]) <= LONGEST and _speaks_of_cookies(lines[i]):
            cuts[i] = CONSENT
    return cuts


def _speaks_of_cookies(line: str) -> bool:
    lowered = line.lower()
    if "cookie" not in lowered and "куки" not in lowered:  # far cheaper than the pattern
        return False
    return _CONSENT.search(line) is not None and not _QUOTE.search(line)


def _asks(line: str) -> bool:
    # Invitations quote nobody; people who speak of subscriptions do.
    return _ASKS.search(line) is not None and not _QUOTE.search(line)


def cut_bare_headings(lines: Sequence[str], region: HtmlElement) -> dict[int, str]:
    """Find headings at the end that nothing follows."""
    headings: set[str] | None = None
    cuts: dict[int, str] = {}
    for i in reversed(range(1, len(lines))):
        if len(lines[i]) > LONGEST_HEADING:
            break
        if headings is None:
            headings = {
                squeeze(words(heading)) for heading in region.iter("h2", "h3", "h4", "h5", "h6")
            }
        if squeeze(lines[i]) not in headings:
            break
        cuts[i] = BARE_HEADING
    return cuts
