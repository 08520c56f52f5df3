"""Walls: pages that show a notice in the article's place.

A wall is suspected from the page's markup or words, and believed only where what was extracted is
short: articles about cookies exist, and most pages with a consent banner carry their article too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from expectations.records import Reason

LONGEST_NOTICE = 600  # code points; longer than any notice seen, shorter than most articles
LOOKED_AT = 4_000  # code points of the page's visible text
NOTICE_SHARE = 1 / 2  # of the text's length in the sentences that speak as a notice does
SENTENCE_END = re.compile(r"(?<=[.!?。؟])\s+|\n+")

PHRASES: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (
        Reason.JAVASCRIPT_REQUIRED,
        re.compile(
            r"(?:enable|activate|turn on) java ?script"
            r"|(?:page|site|app|browser) (?:requires?|needs) java ?script"
            r"|(?:not|n't) (?:\w+ ){0,3}without java ?script"
            r"|java ?script (?:is|seems to be|appears to be) (?:disabled|required|turned off)"
            r"|java ?script (?:aktivieren|ist deaktiviert)|activ\w+ (?:le )?java ?script"
            r"|habilit\w+ (?:el )?java ?script|abilita\w* java ?script|включите java ?script"
            r"|java ?script inschakelen|aktivera java ?script|włącz\w* (?:obsługę )?java ?script"
            r"|java ?script'?i etkinleştir|java ?scriptを有効|启用 ?java ?script|啟用 ?java ?script"
            r"|자바스크립트를 (?:활성화|사용)",
            re.IGNORECASE,
        ),
    ),
    (
        Reason.CONSENT_WALL,
        re.compile(
            r"(?:accept|we(?: and our(?: \w{1,20}){1,3})? use|(?:this|our) (?:web)?site uses"
            r"|consent to)(?: all| our| the use of)? cookies"
            r"|before you continue to|we value your privacy|manage (?:your )?(?:consent|cookies)"
            r"|cookies (?:akzeptieren|zustimmen)|mit werbung (?:und tracking )?weiterlesen"
            r"|acceptez? les cookies|aceptar (?:las |todas las )?cookies|accetta(?:re)? i cookie"
            r"|aceitar (?:os )?cookies|cookies accepteren|wir (?:verwenden|nutzen|setzen) cookies"
            r"|nous utilisons (?:des|les) cookies|(?:usamos|utilizamos|empleamos) cookies"
            r"|(?:usiamo|utilizziamo) (?:i )?cookie|wij gebruiken cookies"
            r"|använder (?:vi )?cookies|bruger (?:vi )?cookies|używamy (?:plików )?cookie"
            r"|использу\w+ (?:файлы )?(?:cookie|куки)|cookieを使用|クッキーを使用|쿠키를 사용"
            r"|使用 ?cookie",
            re.IGNORECASE,
        ),
    ),
    (
        Reason.PAYWALL,
        re.compile(
            r"subscribe (?:now |today )?to (?:continue|keep|read)|to (?:continue|keep) reading"
            r"|already (?:a |an )?subscribe[rd]|subscribers? only"
            r"|(?:only|exclusive|exclusively|reserved) (?:for|to) (?:our )?"
            r"(?:paid |paying |registered )?subscribers|(?:is|article) for subscribers"
            r"|(?:reached|used) your (?:\w+ ){0,3}(?:article|story|reading) limit"
            r"|nur für abonnent|für abonnent\w* lesbar|exklusiv für abonnent|bereits abonnent"
            r"|mit (?:einem )?\w{0,20}abo weiterlesen|um weiterzulesen|jetzt weiterlesen"
            r"|réservée? (?:à nos|aux) abonnés|pour lire la suite|déjà abonné"
            r"|abonnez-vous pour (?:lire|continuer)|para (?:seguir|continuar) (?:leyendo|lendo)"
            r"|(?:exclusiv[oa]|s[oó]lo) para (?:suscriptores|assinantes|socios)"
            r"|ya (?:eres|es usted) suscriptor|já é assinante|per continuare a leggere"
            r"|(?:riservato|esclusivo) (?:agli|per gli) abbonati|sei già abbonato"
            r"|alleen voor abonnees|al abonnee\?|(?:endast|bara) för prenumerant"
            r"|redan prenumerant|(?:kun|bare) for abonnent|allerede abonnent"
            r"|tylko dla (?:subskrybent|prenumerat)|aby czytać dalej|только для подписчик"
            r"|чтобы (?:про)?читать (?:дальше|полностью)|abonelere özel|للمشتركين فقط"
            r"|ویژه مشترکان|会員限定|有料会員|続きを読むには|구독자 전용|유료 회원|订阅后|仅限订阅"
            r"|付费阅读|會員專屬",
            re.IGNORECASE,
        ),
    ),
)

# What servers say in place of an article that is not there, with status 200.
ERROR_PAGE = re.compile(
    r"\bpages? (?:you(?: are|'re|’re| were)? (?:looking for|requested|trying)"
    r"|(?:was |is )?not found"
    r"|(?:can(?:not|'t|’t)|could(?: not|n't|n’t)) be found|(?:does not|doesn't|doesn’t|no longer)"
    r" exists?)|\b404 ?[-–—:|]? ?(?:error|not found|page not found)|\berror ?404\b"
    r"|seite (?:wurde )?(?:leider )?nicht gefunden|seite existiert nicht"
    r"|page (?:demandée )?(?:est )?introuvable|page non trouvée|page demandée n['’](?:existe|est)"
    r"|página (?:no (?:encontrada|existe|disponible)|não (?:foi )?encontrada|não existe)"
    r"|pagina non (?:è stata )?trovata|pagina (?:is |werd )?niet gevonden"
    r"|страниц[аы] (?:не найдена|не существует)|صفحه (?:\w+ ){0,3}(?:یافت|پیدا) نشد"
    r"|الصفحة (?:غير موجودة|المطلوبة غير)"
    r"|页面(?:不存在|未找到)|找不到(?:该|您)?(?:页面|網頁|頁面)|頁面不存在"
    r"|ページが見つかりません|お探しのページ|페이지를 찾을 수 없|sayfa bulunamadı"
    r"|sidan (?:kunde inte hittas|hittades inte|finns inte)"
    r"|strona nie (?:istnieje|została znaleziona)",
    re.IGNORECASE,
)
# What stands between a site and machines; as a title it is believed whatever else is there.
CHALLENGE = re.compile(
    r"just a moment\.\.\.|checking (?:your browser|if the site connection is secure)"
    r"|attention required! ?\| ?cloudflare|ddos(?:-| )?(?:protection|guard)|access denied$"
    r"|(?:verify|confirm) (?:that )?you are (?:a )?(?:not a robot|human)"
    r"|are you a (?:robot|human)\?"
    r"|pardon our interruption|please (?:complete|solve) the (?:security check|captcha)"
    r"|(?:we have )?detected unusual traffic|security check(?:point)?$"
    r"|request unsuccessful\. incapsula|un instant\.\.\.|un momento\.\.\.|один момент\.\.\."
    r"|einen moment(?:,| )|sicherheitsüberprüfung$",
    re.IGNORECASE,
)
_NAMED: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (Reason.ERROR_PAGE, ERROR_PAGE),
    (Reason.CHALLENGE, CHALLENGE),
)
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Wall:
    """A notice in the article's place."""

    reason: Reason
    detail: str


def find_wall(tree: HtmlElement, body: str) -> Wall | None:
    """Find the notice that a page consists of.

    Args:
        tree: The page.
        body: What was extracted as its article; may be empty.

    Returns:
        The wall; None where the article says too much for one.
    """
    if len(body) > LONGEST_NOTICE:
        return None
    if (named := _wall_by_title(tree)) is not None:
        return named
    words = " ".join(" ".join(_visible(tree)).split())
    if len(words) > LOOKED_AT:
        # There is a whole page around it, which may hold such words anywhere.
        words = body
    for reason, pattern in (*PHRASES, *_NAMED):
        if (match := pattern.search(words)) and _is_notice(body, pattern):
            return Wall(reason, f"the page only says: {_around(words, match)}")
    return None


def _wall_by_title(tree: HtmlElement) -> Wall | None:
    """A title or headline that begins as those of notices do."""
    for element in tree.iter("title", "h1"):
        said = " ".join("".join(element.itertext()).split())[:_LONGEST_TITLE]
        for reason, pattern in _NAMED:
            if pattern.match(said):
                return Wall(reason, f"the page is called: {said}")
    return None


def _is_notice(body: str, pattern: re.Pattern[str]) -> bool:
    """Whether a text says little else; a short report about cookies has more to say."""
    said = sum(len(part) for part in SENTENCE_END.split(body) if pattern.search(part))
    return said >= len(body) * NOTICE_SHARE


def _visible(tree: HtmlElement) -> list[str]:
    pieces: list[str] = []
    size = 0
    for element in tree.iter():
        shown = element.tag not in ("script", "style", "template")
        for piece in (element.text if shown else None, element.tail):
            if piece:
                pieces.append(piece)
                size += len(piece)
        if size > LOOKED_AT * 4:
            break
    return pieces


def _around(words: str, match: re.Match[str]) -> str:
    before = words[max(0, match.start() - 40) : match.start()]
    after = words[match.end() : match.end() + 80]
    # Whole words only: a cut one at either end goes.
    whole = before if match.start() <= len(before) else before.partition(" ")[2]
    return f"{whole}{match[0]}{after.rpartition(' ')[0] or after}".strip()
