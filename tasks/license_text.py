"""License and copyright sentences in running text, and the footers made of them.

A sentence counts only if it speaks of the text that it stands in ("this article is licensed
under ...", "All content by ..."), not of pictures, of comments or of somebody else's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from expectations.records import Removed
from tasks.license_rules import (
    ALL_RIGHTS_RESERVED,
    CC_KIND_UNKNOWN,
    DASHES,
    TRIGGER,
    Statement,
    may_state_rights,
    read_license,
)

LICENSE_FOOTER = "license-footer"
COPYRIGHT_FOOTER = "copyright-footer"

MAX_SENTENCE = 500
MAX_STATEMENTS = 100
_FOOTER_CHARACTERS = 2000
_FOOTER_PARAGRAPHS = 4

# A sentence ends at a stop with space or a capital behind it, at a full-width stop, or with its
# line. Not behind "St." or "Inc.", nor before a word in lower case.
_BREAK = re.compile(
    r"\n|[。！？]|(?<!\b[A-Z])(?<!\bSt)(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bNo)(?<!\bCo)(?<!\bLtd)"
    r"(?<!\bInc)(?<!\bvs)[.!?…؟۔][\"'”’»)\]]{0,3}(?:\s(?=[^a-zà-ÿа-я])|(?=[A-ZÀ-ÞА-Я©]))"
)

# Words that name the whole text. At the sentence's start, or before the license's name.
_OURSELVES = re.compile(
    r"\b(?:this|these|all|our|the|your?|any)\b(?:\s[\w’'-]+){0,3}?\s(?:content|contents|work|works|article|"
    r"articles|text|texts|story|stories|site|website|web\ssite|blog|page|pages|post|posts|material|"
    r"materials|news|report|reports|publication|publications|piece|document)\b|"
    r"(?<![\w'’]\s)\b(?:text|content|contents|community\scontent|original\scontent|articles|stories|work)\s(?:is|are|"
    r"on|of|by|from|may|available|licensed|published)\b|"
    r"(?:except|unless|if\snot|wherever?)\s(?:where\s)?(?:otherwise|explicitly|specified|noted|stated)|"
    r"\b(?:inhalte?|texte|(?:der|dieser|unser)\stext|artikel|beitr[aä]ge?|arbeit|werk|seite|website|blog|dieses\s\w+|webseite)\b|"
    r"soweit\snicht\sanders|wenn\snicht\sanders|sofern\snicht\sanders|"
    r"\b(?:contenus?|articles?|textes?|œuvre|oeuvre|site|blog)\b|sauf\smention|"
    r"\b(?:contenidos?|art[íi]culos?|textos?|obra|sitio|p[áa]gina|web|publicaci[óo]n)\b|salvo\s(?:donde|que|"
    r"indicación|indicaci)|"
    r"\b(?:conteúdos?|artigos?|obra|página|publicaç\w+|matérias?|reportagem)\b|exceto\sonde|"
    r"\b(?:contenuti|contenuto|articol[io]|test[io]|opera|sito|quest\w+)\b|"
    r"\b(?:inhoud|artikel(?:en)?|tekst(?:en)?|werk)\b|tenzij\sanders|"
    r"(?:материал|текст|содержание|содержимое|контент|стать[яи]|произведени|сайт)\w*|"
    r"محتوا|محتوای|مطالب|متن|مقاله|خبر|سایت|وب‌?سایت|اثر|"
    r"محتو|هذا\s|المقال|النص|المواد|الموقع|المصنف|"
    r"本(?:作品|文|站|网站|網站|页|頁|刊)|文章|内容|內容|作品|この|当サイト|記事|コンテンツ|이\s|콘텐츠|저작물",
    re.IGNORECASE,
)
# A sentence may also simply begin with its license: "CC BY 4.0", "Lizenz: ...", "© 2024 ...".
_LABEL = re.compile(
    r"[\s\"“(\[|•*–—-]{0,4}(?:licen[sc]ed?|lizenz|licence|licencia|licença|licenza|licentie|лицензия|"
    r"лицензи|مجوز|پروانه|الترخيص|رخصة|许可|授權|授权|ライセンス|"
    r"text|published|republished|released|available|distributed|veröffentlicht|lizenziert|publié|"
    r"publicado|pubblicato|creative[\s-]commons|cc[\s-]|creativecommons|https?://creativecommons|"
    r"copyright|copyleft|©|\(c\)|some\srights\sreserved|知识共享)",
    re.IGNORECASE,
)
# "TITLE by HOLDER is licensed under": the sentence that the license chooser writes.
_CHOOSER = re.compile(
    r"(?:is|are|ist|sind|est|sont|está|están|is|wordt|è|sono)\s(?:\w+\s)?"
    r"(?:licen[sc]ed|lizenziert|mis\sà\sdisposition|licenciado|distribui[dt]o|rilasciat|gelicenseerd|"
    r"available|released|published|republished|veröffentlicht|publié|publicad)",
    re.IGNORECASE,
)
_BY = re.compile(r"\s(?:by|von|par|por|di|da|door)\s", re.IGNORECASE)

# What is not the article's text. Before the license's name it turns a statement down, unless the
# text is named beside it ("texts and photos").
_OTHER_WORK = re.compile(
    r"\b(?:photos?|photographs?|photography|photographer|pictures?|images?|illustrations?|graphics?|"
    r"videos?|audio|music|podcasts?|maps?|logos?|icons?|fonts?|software|source\scode|code|data|"
    r"datasets?|database|figures?|charts?|comments?|user[-\s]generated|credits?|screenshot|"
    r"fotos?|fotografi\w+|bild(?:er)?|abbildung\w*|grafik\w*|titelbild|kommentare?|quelle|"
    r"photographies?|imágene?s?|imagen|imagens|imagem|foto[s:]|immagin\w+|afbeelding\w*|beeld|"
    r"фото\w*|изображени\w*|комментари\w*|عکس|تصویر|تصاویر|صورة|الصورة|الصور|"
    r"picture|flickr|wikimedia|unsplash|pixabay|getty)\b|图片|圖片|照片|写真|画像|사진",
    re.IGNORECASE,
)
# Somebody talks about a license instead of granting one.
_REPORTED = re.compile(
    r"\b(?:said|says|told|according\sto|announced|argued|explained|would|could|should|might|had|was|were|"
    r"not\slicensed|no\slonger|whether|if\syou|how\sto|sagte|laut|wurde|würde|dijo|según|selon|"
    r"a\sdéclaré|disse|segundo|secondo|сказал|по\sсловам)\b",
    re.IGNORECASE,
)
# Somebody else's text: "Wikipedia's text is ...", "Its articles are ...".
_NOT_OURS = re.compile(
    r"(?:the\s)?(?-i:[A-Z])[\w.-]{1,40}['’]s\s|(?:its|their|his|her)\s|.{0,200}\bwikipedia\b",
    re.IGNORECASE,
)
# Sentences that go with a statement and say nothing without it.
_COMPANION = re.compile(
    r"(?:some\srights\sreserved|based\son\sa\swork\sat|permissions\sbeyond\sthe\sscope|to\sview\sa\scopy\s"
    r"of\sthis\slicen[sc]e|(?:this|the)\s(?:material|article|content|story)\smay\snot\sbe|"
    r"(?:no\spart|republication|reproduction|redistribution|reprinting)\s|"
    r"(?:https?://)?(?:www\.)?creativecommons\.org/\S*$|nachdruck|vervielfältigung|weiterverbreitung|"
    r"toute\sreproduction|prohibida\s|(?:é|e)\sproibida|è\svietata|"
    r"для\sиспользования|перепечатка|使用にあたって|未经)",
    re.IGNORECASE,
)

_SITE = re.compile(
    r"\b(?:site|website|web\ssite|blog|webseite|seite|sitio|sito|portal|сайт\w*)\b|"
    r"\ball\s(?:the\s|our\s|original\s)?(?:content|contents|articles|stories|material|materials|texts|news)\b|"
    r"\balle\s(?:inhalte|texte|artikel|beiträge)\b|\btou[ts]e?s?\s(?:les|nos)\scontenus\b|"
    r"\btodos\s(?:los|os)\s(?:contenidos|conteúdos|textos)\b|\btutti\si\scontenuti\b|\balle\sinhoud\b|"
    r"\b(?:все|всё)\sматериалы\b|تمام|کلیه|همه|سایت|جميع|الموقع|本(?:站|网站|網站)|当サイト",
    re.IGNORECASE,
)
_TEXT_ONLY = re.compile(
    r"\b(?:texts|(?:our|unsere|the)\s(?:texte?|texts?)|texts?\sonly|nur\s(?:die\s)?texte?|textes|"
    r"textos|testi|teksten|texte)\b|\bтексты\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"\b(?:this|diese[rs]?|cette?|cet|est[ea]|quest[oa]|dit|deze|этот|эта|данн\w+)\b|این|هذا|هذه|本文|本作品|この",
    re.IGNORECASE,
)

_HOLDER_FORMS = (
    # "All content by NAME is licensed", "TITLE von NAME ist lizenziert"
    re.compile(
        r"\s(?:by|of|from|von|par|de|di|por|door|van)\s(?P<holder>[^,;:|]{2,80}?)\s(?:is|are|ist|sind|est|"
        r"sont|está|están|è|sono|wordt|worden)\s(?:\w{1,20}\s){0,2}?(?:licen|lizen|mis\s|available|released|"
        r"published|distribu|rilasc|veröffentlicht|publi)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:(?:©|\(c\)|copyright|copyleft)[\s:]{0,3}){1,3}(?:by\s)?(?:\d{4}(?:\s?[-–—,/]\s?(?:\d{4}|"
        r"\d{2}|present|today))?)?[\s,–—-]{0,4}(?:by\s)?(?P<holder>[^\d\s,;:|©.][^,;:|©\n]{1,80}?)"
        r"(?=\s*(?:$|[,;|©]|\.\s|\.$|\s[-–—]\s|all\srights|alle\srechte|tous\sdroits|todos\s|tutti\si|"
        r"cc[\s-]?by|creative\scommons|\d{4}|is\slicensed|ist\slizenziert|by\s|von\s))",
        re.IGNORECASE,
    ),
    re.compile(r"licen[sc]e\sfrom\s(?P<holder>[^,;:|.]{2,80})", re.IGNORECASE),
)
_NO_HOLDER = re.compile(
    r"(?:this|the\s(?:site|author|content|article|text)|our|its|these|diese|dieses|unsere|uns|este|esta|ce|"
    r"cette|questo|all|the\s(?:authors?|owners?|publishers?)|notice|policy|law|holder|holders|and|or|is|"
    r"information|terms|infringement|copyright|alle?\s|designed|powered|created|website|"
    r"riproduzione|reproducción|licencja|unless|except|may)\b|[(]",
    re.IGNORECASE,
)
_BARE_NOTICE = re.compile(
    r"[\s(]{0,2}(?:©|\(c\)\s|copyright\s(?:©|\(c\)|\d{4})|copyleft)", re.IGNORECASE
)
_QUOTES = "\"'“”„«»‘’"
_MAX_NOTICE = 250


def statements_in_text(text: str) -> tuple[Statement, ...]:
    """All sentences of a text that state a license or copyright in that text, with their spans.

    Position is not weighed: use `cut_footer` to tell a footer from a sentence within an article
    about licenses. At most 100 statements.
    """
    found: list[Statement] = []
    if not may_state_rights(text):
        return ()
    read_to = 0
    for trigger in TRIGGER.finditer(text):
        if trigger.start() < read_to:
            continue
        start, end = _sentence_around(text, trigger.start(), read_to)
        read_to = max(end, trigger.end())
        if statement := _read_sentence(text, start, end):
            found.append(statement)
            if len(found) == MAX_STATEMENTS:
                break
    return tuple(found)


def cut_footer(text: str) -> tuple[str, tuple[Removed, ...], tuple[Statement, ...]]:
    """Cut license and copyright footers off a normalised text.

    A footer stands at the very end or start, also glued to the last sentence, or fills one of the
    last paragraphs. Anything else is the article's own words: it stays and is not believed.

    Returns:
        The text without footers, what was cut in order, and what it states. Text and cuts
        together are the input up to space.
    """
    runs = [*_footers_at_start(text), *_footers_at_end(text)]
    removed: list[Removed] = []
    statements: list[Statement] = []
    kept: list[str] = []
    at = 0
    for start, end, found in runs:
        if start < at:
            continue
        kept.append(text[at:start].strip())
        at = end
        licensed = any(s.spdx not in (None, ALL_RIGHTS_RESERVED) for s in found)
        kind = LICENSE_FOOTER if licensed else COPYRIGHT_FOOTER
        removed.append(Removed(kind, text[start:end].strip()))
        statements += found
    kept.append(text[at:].strip())
    return "\n".join(piece for piece in kept if piece), tuple(removed), tuple(statements)


_Run = tuple[int, int, list[Statement]]


def _footers_at_start(text: str) -> list[_Run]:
    """The sentences at the very start that are statements or go with one."""
    head = text[:_FOOTER_CHARACTERS]
    if not may_state_rights(head[:MAX_SENTENCE]):
        return []
    found: list[Statement] = []
    end = 0
    for start, stop in _sentences(head, 0, len(head)):
        statement = _read_sentence(text, start, stop)
        if statement is None and not (found and _COMPANION.match(text, start, stop)):
            break
        found += [statement] if statement else []
        end = stop
    return [(0, end, found)] if found else []


def _footers_at_end(text: str) -> list[_Run]:
    """Paragraphs near the end that are footers, and the last paragraph's last sentences."""
    runs: list[_Run] = []
    floor = max(0, len(text) - _FOOTER_CHARACTERS)
    end = len(text.rstrip())
    at_end = True
    for _ in range(_FOOTER_PARAGRAPHS):
        start = max(text.rfind("\n", floor, end) + 1, floor)
        run = _closing_run(text, start, end) if may_state_rights(text[start:end]) else None
        whole = run is not None and not text[start : run[0]].strip()
        if run is not None and (at_end or (whole and start != floor)):
            runs.insert(0, run)
        at_end = at_end and whole
        if start <= floor:
            break
        end = start - 1
    return runs


def _closing_run(text: str, start: int, end: int) -> _Run | None:
    """The statements, with what goes with them, that close the paragraph from start to end."""
    found: list[Statement] = []
    first = None
    for begin, stop in reversed(list(_sentences(text, start, end))):
        statement = _read_sentence(text, begin, stop)
        if statement:
            found.insert(0, statement)
            first = begin
        elif not _COMPANION.match(text, begin, stop):
            break
    return None if first is None else (first, end, found)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for match in _BREAK.finditer(text, start, end):
        yield at, match.end()
        at = match.end()
    if at < end:
        yield at, end


def _sentence_around(text: str, position: int, floor: int) -> tuple[int, int]:
    """Bounds of the sentence at a position, at most MAX_SENTENCE to either side."""
    start = max(floor, position - MAX_SENTENCE)
    for match in _BREAK.finditer(text, start, position):
        start = match.end()
    limit = min(len(text), position + MAX_SENTENCE)
    match_end = _BREAK.search(text, position, limit)
    return start, match_end.end() if match_end else limit


def _read_sentence(text: str, start: int, end: int) -> Statement | None:
    """The statement that one sentence makes, or None."""
    if end - start > 2 * MAX_SENTENCE:
        return None
    sentence = text[start:end]
    lead = len(sentence) - len(sentence.lstrip())
    sentence = sentence.strip()
    statement = read_sentence(sentence)
    if statement is None:
        return None
    start += lead
    return Statement(
        spdx=statement.spdx,
        url=statement.url,
        scope=statement.scope,
        source=statement.source,
        evidence=sentence,
        holder=statement.holder,
        span=(start, start + len(sentence)),
    )


def read_sentence(sentence: str, source: str = "text") -> Statement | None:
    """Read one sentence on its own: the license that it grants for the text it stands in."""
    folded = sentence.translate(DASHES)
    trigger = TRIGGER.search(folded)
    if trigger is None or folded[:1] in _QUOTES or folded.endswith("?"):
        return None
    found = read_license(folded)
    notice = _BARE_NOTICE.match(folded)
    if found is None:
        holder = _holder(folded) if notice and len(folded) <= _MAX_NOTICE else None
        return _statement(None, None, sentence, source, holder) if holder else None
    if found.spdx == ALL_RIGHTS_RESERVED:
        # The phrase itself, alone or behind a notice; not a long sentence that mentions it.
        believed = notice is not None or trigger.start() <= 3 or _OURSELVES.match(folded)  # noqa: PLR2004
        if not believed or len(folded) > _MAX_NOTICE or _REPORTED.search(folded):
            return None
    elif not _speaks_of_the_text(folded, trigger.start(), found.spdx):
        return None
    return _statement(found.spdx, found.url, sentence, source, _holder(folded))


def _speaks_of_the_text(sentence: str, license_at: int, spdx: str) -> bool:
    before = sentence[:license_at]
    if _REPORTED.search(sentence) or _NOT_OURS.match(sentence):
        return False
    ourselves = _OURSELVES.search(before)
    if _OTHER_WORK.search(before) and not ourselves:
        return False
    if ourselves or _LABEL.match(sentence):
        return True
    behind = sentence[license_at:]
    if spdx != CC_KIND_UNKNOWN and _BY.search(before) and _CHOOSER.search(before):
        return True
    # Languages that name the subject late: "... gilt für alle Inhalte dieser Seite".
    return len(sentence) <= _MAX_NOTICE and license_at == 0 and bool(_OURSELVES.search(behind))


def _statement(
    spdx: str | None, url: str | None, sentence: str, source: str, holder: str | None
) -> Statement:
    return Statement(spdx, url, scope_of(sentence), source, sentence, holder)


def scope_of(sentence: str) -> str:
    """What a sentence's words cover: text-only, site, article or unknown."""
    if _TEXT_ONLY.search(sentence):
        return "text-only"
    if _SITE.search(sentence):
        return "site"
    return "article" if _ARTICLE.search(sentence) else "unknown"


def _holder(sentence: str) -> str | None:
    for form in _HOLDER_FORMS:
        match = form.search(sentence)
        if match is None:
            continue
        holder = match["holder"].strip(' .-–—"“”')
        by = form is _HOLDER_FORMS[0]
        if by:
            # The innermost "by": "Python Insider by the Python Core Developers".
            holder = re.split(r"\s(?:by|von|par|por)\s", holder)[-1]
            holder = holder.removeprefix("the ")
        if holder and not _NO_HOLDER.match(holder):
            return holder
    return None
