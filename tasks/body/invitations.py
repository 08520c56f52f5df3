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

# Subscribe, sign up, newsletter, follow us, comment: in the languages that most news is in.
_ASKS = re.compile(
    r"\b(?:newsletters?|subscri(?:be|ption)|sign(?:ed|ing)? up|follow (?:us|me|@|\w{1,40} on )"
    r"|click here|download (?:our|the) app|join us|your inbox|share (?:this|it)"
    r"|abonn(?:ier|ez)|inscrivez|suscr[ií]b|suscripci|iscriviti|abbonat|assine\b|inscreva"
    r"|anmelden|folgen sie|suivez|síguenos|siga-nos|seguici|volg ons|följ oss|følg os|prenumerera"
    r"|abonner|nieuwsbrief|nyhetsbrev|nyhedsbrev|boletín|boletim|e-bülten|подпи[сш]|підпи[сш]"
    r"|рассылк|zapisz się|subskryb|odebír)|^(?:leave a )?comments?\b|\bcomments?$"
    r"|メルマガ|ニュースレター|会員登録|구독|뉴스레터|订阅|訂閱|关注我们|關注我們|اشترك|خبرنامه",
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
