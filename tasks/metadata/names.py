"""Names: people and newsrooms, out of what pages write where an author should stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from tasks.metadata.strings import clean, distinct, fold
from tasks.metadata.titles import without_site

MAX_AUTHORS = 50
MAX_NAME_CHARS = 120
MAX_PERSON_WORDS = 6
_MAX_RAW_CHARS = 5_000  # a list of authors

# Words before a name. They are cut only before a capital (or a script without capitals), for
# `von der Leyen` and `de Gaulle` are names.
_BY = (
    "by|written by|posted by|reported by|von|par|por|di|door|av|af|tekst|text|od|autora?|auteur|"
    "author|от|автор|текст|نویسنده|بقلم|كتب|作者|记者|記者|文"
)
_BEFORE_NAME = re.compile(rf"^(?:{_BY})(?:\s*[:：]\s*|\s+)(?=\S)", re.IGNORECASE)
# "Text Size" is a button, so nouns need their colon.
_BYLINE_OPENS = re.compile(
    rf"\s*(?:(?:{_BY})\s*[:：]|"
    r"(?:(?:(?:written|posted|reported) )?by|von|par|por|di|door|av|af)(?:\s|$))",
    re.IGNORECASE,
)
_WORDS_AND_BY = re.compile(r"^[A-Za-z ]{2,30}\bby\s+(?=[A-Z])")  # "Analysis by", "Opinion by"
_GLUED_BY = re.compile(r"^[Bb]y(?=[A-Z][a-z])")
_LABEL = re.compile(r"^[^\W\d_]{2,20}\s?:\s+(?=\S)")  # "Interview: Jane Doe", "Yazan: Ali Veli"
_OF_PICTURES = re.compile(
    r"(?:foto|photo|bild|image|illustration|gra[fp]|video|фото|카메라|사진|写真|摄影|攝影)",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(r"\s*(?:기자|記者|记者|特派員)$|\s+@\w{1,50}$")
_JOB = (
    r"(?:staff |senior |chief |political |foreign |special |managing |contributing |guest )*"
    r"(?:editor|reporter|correspondent|writer|journalist|columnist|contributor|follow)"
)
_JOB_BEHIND = re.compile(rf"(?<=\w) {_JOB}$", re.IGNORECASE)
_PLACE_BEHIND = re.compile(r" (?:in|aus|à) [^\W\d_a-z].*$")
_MAIL = re.compile(r"\S{1,100}@\S{1,100}")
_ADDRESS = re.compile(r"^(?:https?:)?//|^www\.|^@|\.html?$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*[(\[（][^()\[\]（）]{0,80}[)\]）]$")

# "And" between two names, in the languages of many newsrooms.
_AND = re.compile(
    r"\s+(?:&|and|with|und|mit|avec|et|y|e|og|och|ja|en|i|a|и|і|та|ve|és|și|dan|và|و)\s+"
)
_LIST = re.compile(r"\s*[;、，،؛]\s*|(?<=[가-힣])·(?=[가-힣])")
_SLASH = re.compile(r"\s*/\s*")
_ASIDE = re.compile(r"\s*\|\s*|\s+[•·]\s+")  # before a job or the house, like a comma
# Not in small letters.
# A last name in capitals is read from five letters on: below that it is BBC's or NPR's.
_LAST_NAME = re.compile(
    r"[^\W\d_a-z]['’]?(?=.*[^\W\d_A-Z]|[A-Z]{4})[^\W\d_]+(?:['’-][^\W\d_]+)*", re.DOTALL
)
_GIVEN_NAME = re.compile(r"[^\W\d_a-z][^\W\d_A-Z]+(?:['’-][^\W\d_]+)*|(?:[A-Z]\.?){1,2}")
# News agencies whose names are one word, as bylines list them. Longer ones look like any name.
_AGENCY = re.compile(
    r"aap|afp|agerpres|anp|ansa|antara|ani|ap|apa|belga|bernama|bloomberg|ctk|dpa(?:/\w{2,4})?|"
    r"efe|epd|ians|interfax|irna|isna|kna|kyodo|lusa|mti|ntb|pa|pap|pti|reuters|ria|ritzau|sda|"
    r"sid|stt|tanjug|tass|tt|upi|wam|xinhua|yonhap",
    re.IGNORECASE,
)
_ENDINGS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_DEGREES = frozenset(
    {"phd", "md", "ma", "ms", "msc", "mph", "mba", "jd", "esq", "rn", "rd", "rdn", "dds", "cfa"}
)
# A printed byline runs into the date: "By Jane Doe Monday, May 6, 2024", "Jane Doe | Posted...".
_DATE_IN_PROSE = re.compile(
    r"(?:\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:last )?(?:published|updated|posted)\b|"
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.? \d|\d).*",
    re.IGNORECASE | re.DOTALL,
)
# Lower-case words that stand inside personal names.
_PARTICLE = re.compile(
    r"a[flpv]|bint?|d[aeiou]|das|degli|dei|del|della?|den|der|dos|e|el|i|ibn|la|las|le|los|san|'t|"
    r"ten?|ter|van|vo[mn]|y|zu[mr]?"
)
# Words of a job, or of a button: what holds one of these is nobody's name.
_ROLE = re.compile(
    r"managing|senior|chief|staff|political|foreign|special|freelance|guest|"
    r"editors?|reporters?|correspondents?|writers?|journalists?|columnists?|contributors?|producer|"
    r"director|professor|analyst|photographer|photographs?|photos?|videos?|anchor|host|fellow|"
    r"lecturer|university|institute|bureau|desk|"
    r"redakteur(?:in)?|korrespondent(?:in)?|reporterin|journalistin|autor(?:in)?|redaktion|professorin|"
    r"rédact(?:eur|rice)|correspondante?|envoyée?|redactora?|corresponsal|periodista|"
    r"redattore|giornalista|inviato|redacteur|verslaggever|redaktor|korespondent|"
    r"корреспондент|журналист|редактор|обозреватель|"
    r"follow|share|read|view|all|more|see|subscribe|contact|about|posts|profile|comments?"
)


def read_names(
    raw: Iterable[str], *, houses: Collection[str] = (), in_prose: bool = False
) -> tuple[str, ...]:
    """Read the names in texts that each hold one or several.

    Cuts "By", e-mail addresses, what stands in brackets at the end, and jobs and places behind a
    comma; splits lists, but neither `Last, First` nor an organisation's "and". Addresses, handles
    and numbers are no names.

    Args:
        raw: Texts as the page writes them.
        houses: Folded names of the site; `Jane Doe, Example News` is one author.
        in_prose: The texts are printed on the page, not meant for machines: only what looks
            like a name is one.

    Returns:
        Names in order, each once.
    """
    names: list[str] = []
    for text in raw:
        names.extend(_split(_DATE_IN_PROSE.sub("", text) if in_prose else text, houses))
        if len(names) > MAX_AUTHORS:
            break
    if in_prose:
        names = [name for name in names if looks_like_a_name(name)]
    return distinct(names, at_most=MAX_AUTHORS)


def read_organization(raw: str) -> tuple[str, ...]:
    """Read a name that is known to be an organisation's: whole, commas and "and" included."""
    name = clean(raw, max_chars=MAX_NAME_CHARS)
    return (name,) if name is not None and _is_a_name(name) else ()


def opens_byline(text: str) -> bool:
    """Tell whether a text begins as printed bylines do: with "By", "Von", "Por", "Автор:"."""
    return _BYLINE_OPENS.match(text) is not None


def looks_like_a_name(text: str) -> bool:
    """Tell whether a text could be a person's full name, by its words and capitals alone."""
    if any(char.isdigit() for char in text) or any(char in '?!:…"“„«' for char in text):
        return False
    words = text.split()
    if not words or len(words) > MAX_PERSON_WORDS:
        return False
    if not all(any(map(str.isalpha, word)) for word in words):
        return False
    if not any(char.lower() != char.upper() for char in text):
        return len(words) > 1 or _is_short_han_or_hangul(text)
    return (
        len(words) > 1
        and _is_capitalised(words[0])
        and _is_capitalised(words[-1])
        and all(_is_capitalised(word) or _PARTICLE.fullmatch(word.lower()) for word in words)
        and not any(_ROLE.fullmatch(fold(word)) for word in words)
    )


def _is_capitalised(word: str) -> bool:
    word = word.lstrip("'’‘`-.")
    return bool(word) and (word[0].isupper() or not (word[0].islower() or word[0].isdigit()))


def _is_short_han_or_hangul(text: str) -> bool:
    return 2 <= len(text) <= 4 and all(  # noqa: PLR2004 - lengths of a full name in Han or Hangul
        unicodedata.name(char, "").startswith(("CJK UNIFIED", "HANGUL SYLLABLE")) for char in text
    )


def _split(raw: str, houses: Collection[str]) -> Iterable[str]:
    text = clean(raw[:_MAX_RAW_CHARS], max_chars=_MAX_RAW_CHARS)
    if text is None:
        return
    text = _without_by(_ASIDE.sub(", ", _MAIL.sub(" ", text).strip()))
    for piece in _LIST.split(text):
        for part in _split_at_commas(piece, houses):
            name = without_site(_trimmed(part), houses)
            if _is_a_name(name):
                yield name


def _split_at_commas(text: str, houses: Collection[str]) -> Iterable[str]:
    parts = [part for part in (p.strip() for p in text.split(",")) if part]
    if len(parts) == 2 and _is_last_first(*parts):  # noqa: PLR2004 - `Last, First` has two parts
        yield f"{parts[0]}, {parts[1]}"
        return
    name = ""
    for part in parts:
        if name and fold(part) in _ENDINGS:
            name = f"{name}, {part}"
            continue
        if name and not _continues_a_list(part, houses):
            continue
        yield from _split_at_and(name)
        name = part
    yield from _split_at_and(name)


def _is_last_first(last: str, first: str) -> bool:
    """Whether a comma stands inside one name: `Brazil, Rachel`, not `AFP, MANILA`."""
    given_names = first.split()
    return (
        _LAST_NAME.fullmatch(last) is not None
        and not _AGENCY.fullmatch(last)
        and len(given_names) <= 2  # noqa: PLR2004 - a first and a middle name
        and all(_GIVEN_NAME.fullmatch(word) for word in given_names)
        and not any(_ROLE.fullmatch(fold(word)) for word in given_names)
    )


def _continues_a_list(part: str, houses: Collection[str]) -> bool:
    """Whether what stands behind a comma is one more name, not a job, a place or the house."""
    words = part.split()
    is_house = any(fold(" ".join(words[:count])) in houses for count in range(1, len(words) + 1))
    if is_house or fold(part) in _DEGREES:
        return False
    return all(_is_named(name) for name in _split_at_and(part))


def _is_named(text: str) -> bool:
    return looks_like_a_name(text) or _AGENCY.fullmatch(text) is not None


def _split_at_and(text: str) -> Iterable[str]:
    text = re.sub(r"^(?:and|und|et|y|e|og|och|и|та|و)\s+", "", text)  # "A, B, and C"
    for separator in (_AND, _SLASH):
        pieces = separator.split(text)
        if len(pieces) > 1 and all(_is_named(_trimmed(_without_by(piece))) for piece in pieces):
            yield from map(_without_by, pieces)
            return
    if text:
        yield text


def _without_by(text: str) -> str:
    match = _BEFORE_NAME.match(text) or _WORDS_AND_BY.match(text) or _GLUED_BY.match(text)
    if match is None or text[match.end()].islower():
        return text
    rest = text[match.end() :]
    # One word is left of `De Gaulle`: then it was no preposition, unless it was meant as one.
    is_sure = match[0].rstrip().lower().endswith(("by", ":"))
    return rest if is_sure or len(rest.split()) > 1 or not text.isascii() else text


def _trimmed(text: str) -> str:
    """Cut from around a name what says more about its bearer: a job, a place, a handle."""
    text = _AFTER_NAME.sub("", _IN_BRACKETS.sub("", text) or text.strip("()[]（） "))
    label = _LABEL.match(text)
    if (
        label is not None
        and not _OF_PICTURES.match(text)
        and looks_like_a_name(text[label.end() :])
    ):
        text = text[label.end() :]
    for behind in (_JOB_BEHIND, _PLACE_BEHIND):
        shorter = behind.sub("", text)
        if shorter != text and looks_like_a_name(shorter):
            text = shorter
    return text.strip(" \t-–—|/,;:*•·")


def _is_a_name(text: str) -> bool:
    return (
        1 < len(text) <= MAX_NAME_CHARS
        and not _ADDRESS.search(text)
        and not (_OF_PICTURES.match(text) and ":" in text)
        and any(char.isalpha() for char in text)
        and fold(text) not in ("null", "none", "undefined", "unknown", "admin", "na", "noauthor")
    )
