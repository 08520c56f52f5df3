"""Notices in the article's place: which are known, and what is no notice."""

from __future__ import annotations

import pytest
from lxml import html

from expectations.records import Reason
from tasks.walls import find_wall

NAVIGATION = "<nav>" + "<a href=/x>The harbor and its people</a> " * 400 + "</nav>"

PAYWALLS = [
    "This article is for subscribers. Already a subscriber? Log in.",
    "Subscribe to continue reading.",
    "Dieser Artikel ist exklusiv für Abonnenten. Jetzt weiterlesen mit Plus.",
    "Cet article est réservé aux abonnés. Déjà abonné ?",
    "Contenido exclusivo para suscriptores. ¿Ya eres suscriptor?",
    "Articolo riservato agli abbonati.",
    "Conteúdo exclusivo para assinantes. Já é assinante?",
    "Статья доступна только для подписчиков.",
    "この記事は会員限定です。",
    "구독자 전용 기사입니다.",
    "هذا المقال للمشتركين فقط",
]
CONSENT = [
    "Wir verwenden Cookies, um unser Angebot zu verbessern.",
    "Utilizamos cookies para mejorar su experiencia.",
    "Używamy plików cookie.",
    "Мы используем файлы cookie.",
]
SCRIPTS = ["JavaScriptを有効にしてください。", "Włącz obsługę JavaScript.", "请启用JavaScript"]
ERRORS = [
    "The page you are looking for could not be found.",
    "Sorry, that page can't be found.",
    "404 - Not Found",
    "Die Seite wurde leider nicht gefunden.",
    "La page demandée est introuvable.",
    "Página no encontrada",
    "Página não encontrada",
    "Pagina non trovata",
    "Pagina niet gevonden",
    "Запрошенная страница не найдена.",
    "صفحه مورد نظر یافت نشد",
    "الصفحة غير موجودة",
    "页面不存在",
    "お探しのページは見つかりません",
]
NOTICES = [
    *((words, Reason.PAYWALL) for words in PAYWALLS),
    *((words, Reason.CONSENT_WALL) for words in CONSENT),
    *((words, Reason.JAVASCRIPT_REQUIRED) for words in SCRIPTS),
    *((words, Reason.ERROR_PAGE) for words in ERRORS),
]


@pytest.mark.parametrize(("words", "reason"), NOTICES)
@pytest.mark.parametrize("around", ["", NAVIGATION], ids=["alone", "in-a-large-page"])
def test_a_notice_that_was_extracted_for_the_article_is_a_wall(
    words: str, reason: Reason, around: str
) -> None:
    page = html.fromstring(f"<html><body>{around}<p>{words}</p></body></html>")
    wall = find_wall(page, words)
    assert wall is not None
    assert wall.reason is reason


def test_a_notice_somewhere_on_a_large_page_without_an_article_is_no_wall() -> None:
    page = html.fromstring(f"<html><body>{NAVIGATION}<p>{PAYWALLS[0]}</p></body></html>")
    assert find_wall(page, "") is None


@pytest.mark.parametrize(
    "brief",
    [
        "The rowing club wrote to its members on Monday. It will not subscribe to the new rules.",
        "Finland is already a member. Sweden follows in March, its government said on Monday.",
        "The operator lost 40,000 subscribers in May. Its chief blamed the storms.",
        "Der Anbieter will Preise für Abonnenten im Mai senken, teilte er am Montag mit.",
    ],
)
def test_a_short_report_that_has_such_words_is_an_article(brief: str) -> None:
    page = html.fromstring(f"<html><body><article><p>{brief}</p></article></body></html>")
    assert find_wall(page, brief) is None


def test_a_long_text_is_an_article_whatever_it_says() -> None:
    text = " ".join(PAYWALLS) * 3
    page = html.fromstring(f"<html><body><p>{text}</p></body></html>")
    assert find_wall(page, text) is None


@pytest.mark.parametrize("where", ["title", "h1"])
def test_a_page_that_is_called_an_error_is_one_whatever_its_few_words(where: str) -> None:
    title = "<title>Page not found - The Example</title>" if where == "title" else ""
    heading = "<h1>404 Not Found</h1>" if where == "h1" else ""
    said = "Try the search, or read what others read: the ferry, the school, the budget."
    page = html.fromstring(f"<html>{title}<body>{heading}<p>{said}</p></body></html>")
    wall = find_wall(page, said)
    assert wall is not None
    assert wall.reason is Reason.ERROR_PAGE


@pytest.mark.parametrize(
    "title", ["Just a moment...", "Attention Required! | Cloudflare", "Access Denied"]
)
def test_what_is_shown_to_machines_in_the_articles_place_is_a_challenge(title: str) -> None:
    said = "The Example needs to review the security of your connection before proceeding."
    page = html.fromstring(f"<html><title>{title}</title><body><p>{said}</p></body></html>")
    wall = find_wall(page, said)
    assert wall is not None
    assert wall.reason is Reason.CHALLENGE


def test_a_report_about_errors_is_an_article() -> None:
    brief = "The court ruled on Monday. Its page on the case could not be found for two hours."
    page = html.fromstring(f"<html><title>Court loses a page</title><p>{brief}</p></html>")
    assert find_wall(page, brief) is None
