"""Which addresses are no articles, by their form, and which a source's patterns leave out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from tasks.errors import UsageError
from tasks.language import ISO_639_1
from tasks.metadata.dates import date_in_url

MAX_PATTERNS = 200
MAX_PATTERN_CHARS = 500

# Segments of paths, whole and in lower case. Languages of news sites that name these in Latin
# letters, and the commonest others.
_LISTS = {
    "tag page": "tag tags tagged topic topics label labels keyword keywords hashtag etiqueta"
    " etiquetas etiquette etiquettes mot-cle mots-cles schlagwort schlagworte stichwort thema"
    " themen tema temas argomento argomenti onderwerp onderwerpen emne etiket etiketler konu"
    " stitek tagi tegi метка метки тег теги برچسب وسم الوسوم टैग",
    "category page": "category categories kategorie kategorien kategori kategoriler kategoria"
    " kategorija categoria categorias categorie section sections seccion secciones rubrik rubrique"
    " rubriques rubriek rubrika categoría categorías рубрика категория دسته دسته-بندی تصنيف قسم",
    "author page": "author authors autor autoren autores autori autore auteur auteurs autrice"
    " forfatter contributor contributors columnist columnists byline bylines journalist"
    " journalists redakteur redacteur yazar yazarlar автор авторы нویسنده نویسنده نویسندگان"
    " الكاتب كاتب profile profiles user users",
}
_SERVICES = {
    "search page": "search suche recherche rechercher buscar buscador busqueda búsqueda busca"
    " pesquisa ricerca cerca zoeken zoek sok sök sog søg haku hledat szukaj arama ara поиск جستجو"
    " بحث",
    "login page": "login log-in signin sign-in logout log-out register registration signup sign-up"
    " account my-account myaccount anmelden anmeldung registrieren konto connexion inscription"
    " iniciar-sesion registro accedi inloggen logga-in giris uye-ol wp-login.php wp-login wp-admin"
    " password lost-password subscribe subscription subscriptions abo abonnement abonnements"
    " suscripcion suscribete abbonamenti oauth sso auth",
    "shop page": "shop store cart basket checkout warenkorb kasse boutique panier tienda carrito"
    " negozio carrello loja winkel winkelwagen sklep koszyk obchod magaza sepet product products"
    " product-category produkt produkte produit produits producto productos",
}
# These name one page each: what stands below them may be news.
_SINGLE = {
    "service page": "about about-us aboutus ueber-uns uber-uns a-propos qui-sommes-nous"
    " quienes-somos quem-somos chi-siamo over-ons om-oss o-nas hakkimizda contact contact-us"
    " contacts kontakt contacto contato contatti iletisim privacy privacy-policy privacypolicy"
    " datenschutz datenschutzerklaerung politica-de-privacidad politique-de-confidentialite"
    " informativa-privacy terms terms-of-use terms-of-service terms-and-conditions tos agb"
    " nutzungsbedingungen conditions-generales cgu cgv mentions-legales aviso-legal note-legali"
    " impressum imprint legal legal-notice disclaimer cookies cookie-policy cookie-settings"
    " copyright advertise advertising werbung mediadaten publicidad publicite accessibility"
    " barrierefreiheit sitemap site-map newsletter newsletters rss feed feeds faq help hilfe jobs"
    " careers karriere masthead staff donate spenden"
    " درباره-ما تماس-با-ما من-نحن اتصل-بنا о-нас контакты",
}
_FILES = (
    "jpg jpeg png gif webp avif svg ico bmp tif tiff mp3 m4a ogg oga wav flac aac mp4 m4v webm mov"
    " avi mkv m3u8 ts pdf epub doc docx xls xlsx ppt pptx odt ods csv zip gz rar 7z tar exe dmg apk"
    " css js json xml rss atom rdf txt ics woff woff2 ttf"
)
_INDEX = frozenset({"index", "home", "default", "homepage", "startseite", "accueil", "inicio"})
_PAGE_WORDS = frozenset({"page", "pagina", "seite", "sayfa", "strona", "sida"})
_PAGE_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp|shtml|amp)$")
_SEARCH_FIELDS = frozenset({"s", "q", "query", "search", "keywords", "searchterm"})
_REGION = re.compile(r"[a-z]{2}[-_][a-z]{2}")
# Of a year, month or day.
_ARCHIVE = re.compile(r"(?:archiv\w{0,2}/)?(?:19|20)\d\d(?:/\d{1,2}){0,2}")
_DIGITS = re.compile(r"\d+")
_ID = re.compile(r"(?<!\d)\d{5,}(?!\d)")
_WORD_BREAK = re.compile(r"[-_\s]+")

_NOTICES = frozenset(
    (
        *("404", "403", "410", "error", "errors", "error404", "not-found", "notfound", "not_found"),
        *("page-not-found", "pagenotfound", "seite-nicht-gefunden", "page-introuvable"),
        *("consent", "cookie-consent", "cookiewall", "gdpr", "captcha", "challenge", "blocked"),
        *("access-denied", "maintenance", "unavailable", "paywall", "age-verification"),
    )
)
_FILE_ENDINGS = frozenset(_FILES.split())
_KIND_OF_LIST = {word: kind for kind, words in _LISTS.items() for word in words.split()}
_KIND_OF_SERVICE = {word: kind for kind, words in _SERVICES.items() for word in words.split()}
_KIND_OF_SINGLE = {word: kind for kind, words in _SINGLE.items() for word in words.split()}

_SLUG_WORDS = 4
_MIN_SLUG_CHARS = 20


def why_no_article(url: str) -> str | None:
    """Name the kind of page that a canonical URL certainly is, if that is no article; else None.

    By whole segments of its path (/authority/ is no author's page), from the front, after a
    language. What has a date in its path is taken for an article, and so is what is in doubt:
    fetching one page too many costs less than missing an article.
    """
    parts = urlsplit(url)
    segments = [s for s in unquote(parts.path).casefold().split("/") if s]
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) if len(parts.query) < 2_000 else {}  # noqa: PLR2004 - no address of an article has more
    if segments and _is_language(segments[0]):
        segments = segments[1:]
    if not segments or (len(segments) == 1 and _stem(segments[0]) in _INDEX):
        return _kind_of_front_page(query)
    last = segments[-1]
    if "." in last and last.rpartition(".")[2] in _FILE_ENDINGS:
        return "file"
    if _ARCHIVE.fullmatch("/".join(segments)):
        return "page of a list"
    if date_in_url(url) is not None:
        return None
    if _is_page_of_list(segments):
        return "page of a list"
    return _kind_of_path(segments)


def leads_to_notice(url: str) -> bool:
    """Tell whether a canonical URL that a redirect leads to is that of a notice.

    Articles may have such a name, too; but not one that other addresses lead to.
    """
    segments = unquote(urlsplit(url).path).casefold().split("/")
    return any(_stem(segment) in _NOTICES for segment in segments)


def looks_like_article(url: str) -> bool:
    """Tell whether a canonical URL has an article's form: a date, a long number, or many words."""
    if why_no_article(url) is not None:
        return False
    if date_in_url(url) is not None:
        return True
    parts = urlsplit(url)
    last = _stem(unquote(parts.path).rstrip("/").rpartition("/")[2])
    words = [word for word in _WORD_BREAK.split(last) if word]
    if len(words) >= _SLUG_WORDS and len(last) >= _MIN_SLUG_CHARS:
        return True
    return _ID.search(last) is not None or _ID.search(parts.query) is not None


@dataclass(frozen=True, slots=True)
class Patterns:
    """A source's patterns for the path and query of its articles' addresses.

    `*` stands for any characters, all else for itself: `/sport/*`, `*/live-blog-*`. Addresses
    are compared with their percent-encoding undone, so patterns may be in any script. Each
    pattern is searched for once from left to right: linear, however many stars it has.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the patterns.

        Raises:
            UsageError: A pattern cannot match, or there are too many.
        """
        patterns = (*self.include, *self.exclude)
        if len(patterns) > MAX_PATTERNS:
            raise UsageError(f"{len(patterns)} patterns: use at most {MAX_PATTERNS}")
        for pattern in patterns:
            if not pattern.startswith(("/", "*")) or len(pattern) > MAX_PATTERN_CHARS:
                raise UsageError(
                    f"the pattern {pattern[:80]!r} must begin with '/' or '*' and have at most"
                    f" {MAX_PATTERN_CHARS} characters: it is compared with the path of an address"
                )

    def why_excluded(self, url: str) -> str | None:
        """Say which pattern leaves a canonical URL out; None if none does."""
        parts = urlsplit(url)
        path = unquote(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
        for pattern in self.exclude:
            if _matches(unquote(pattern), path):
                return f"excluded by {pattern}"
        if self.include and not any(_matches(unquote(p), path) for p in self.include):
            return "none of the included patterns"
        return None


def _matches(pattern: str, text: str) -> bool:
    first, *others = pattern.split("*")
    if not others:
        return text == pattern
    *middle, last = others
    if not text.startswith(first):
        return False
    at = len(first)
    for part in middle:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(last) and text.endswith(last)


def _is_language(segment: str) -> bool:
    return segment in ISO_639_1 or _REGION.fullmatch(segment) is not None


def _stem(segment: str) -> str:
    return _PAGE_EXTENSION.sub("", segment)


def _kind_of_front_page(query: dict[str, str]) -> str | None:
    if _SEARCH_FIELDS & query.keys():
        return "search page"
    # WordPress without permalinks is /?p=17, other systems /index.php?id=17.
    return None if any(_DIGITS.search(value) for value in query.values()) else "front page"


def _is_page_of_list(segments: list[str]) -> bool:
    before = segments[-2] if len(segments) > 1 else ""
    return before in _PAGE_WORDS and _DIGITS.fullmatch(segments[-1]) is not None


def _kind_of_path(segments: list[str]) -> str | None:
    first, below = _stem(segments[0]), segments[1:]
    if not below and first in _KIND_OF_SINGLE:
        return _KIND_OF_SINGLE[first]
    if segments[0] in _KIND_OF_SERVICE or first in _KIND_OF_SERVICE:
        return _KIND_OF_SERVICE.get(segments[0]) or _KIND_OF_SERVICE[first]
    # Some systems put the article below: /category/politics/a-slug-of-many-words.
    for at, segment in enumerate(segments[:2]):
        kind = _KIND_OF_LIST.get(_stem(segment))
        if kind is not None:
            rest = segments[at + 1 :]
            is_slug = len(_WORD_BREAK.split(rest[-1])) >= _SLUG_WORDS if rest[1:] else False
            has_id = _ID.search(rest[-1]) is not None if rest[1:] else False
            return None if is_slug or has_id else kind
    return None
