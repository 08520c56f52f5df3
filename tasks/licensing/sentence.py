"""What one sentence says about the rights in the text that it stands in."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from tasks.licensing.denial import QUOTES
from tasks.licensing.folding import fold
from tasks.licensing.holders import find_holder
from tasks.licensing.meaning import (
    BARE_NOTICE,
    MAX_NOTICE,
    grants_for_the_text,
    reserves_all_rights,
)
from tasks.licensing.names import ALL_RIGHTS_RESERVED, PUBLIC_DOMAIN, read_license, read_notice
from tasks.licensing.statements import Statement
from tasks.licensing.words import ALL_RIGHTS_WORDS, NAMES_LICENSE, TRIGGER

_SITE = re.compile(
    r"\b(?:site|website|web\ssite|blog|webseite|seite|sitio|sito|portal|сайт\w*)\b|"
    r"\ball\s(?:the\s|our\s|original\s)?(?:content|contents|articles|stories|material|materials|texts|news)\b|"
    r"\balle\s(?:inhalte|texte|artikel|beiträge)\b|\btou[ts]e?s?\s(?:les|nos)\scontenus\b|"
    r"\btodos\s(?:los|os)\s(?:contenidos|conteúdos|textos)\b|\btodo\s(?:el|o)\s(?:nosso\s|nuestro\s)?(?:contenido|conteúdo)\b|\btutti\si\scontenuti\b|\balle\sinhoud\b|"
    r"\bour\s(?:own\s|original\s)?(?:content|articles|stories|materials|news|journalism|reporting)\b|"
    r"\bunsere\s(?:inhalte|artikel|beiträge)\b|\bangebots\b|\bnos\s(?:contenus|articles)\b|"
    r"\bnuestr[oa]s\s(?:contenidos|artículos)\b|\bnoss[oa]s\s(?:conteúdos|artigos|reportagens|matérias)\b|"
    r"\bi\s(?:nostri\s)?contenuti\b|\bi\snostri\sarticoli\b|\bonze\sartikelen\b|\bнаши\sматериалы\b|"
    r"\b(?:все|всё)\sматериалы\b|تمام|کلیه|همه|سایت|وبگاه|جميع|الموقع|پایگاه|本(?:站|网站|網站|サイト)|(?:当|この)(?:サイト|ブログ)",
    re.IGNORECASE,
)
_TEXT_ONLY = re.compile(
    r"^text\s?:|^text\sis\b|^(?:der\stext\sist|le\stexte\sest|il\stesto\sè|текст\sдоступен)\b|"
    r"^(?:النصوص\s|テキストは)|^(?:text|texts|texte)\sonly\b|\b(?:texts|(?:our|the)\stext|text\sonly|(?:unsere|die|alle|nur)\stexte|textes|"
    r"textos|testi|teksten)\b|\bтексты\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"\b(?:this|diese[rs]?|cette?|cet|ce|est[ea]|quest[oa]|dit|deze|этот|эта|это|данн\w+)\b|\bquest'|این|هذا|هذه|"
    r"本(?:文|作品|著作|報導|报道|記事|新闻|新聞)|この",
    re.IGNORECASE,
)
_REMEMBERED = 2000  # sentences: a site's pages share their footers


def read_sentence(sentence: str, source: str = "text") -> Statement | None:
    """Read one sentence on its own: the license that it grants for the text it stands in."""
    statement = judge(fold(sentence).text, source)
    return statement and replace(statement, evidence=sentence)


@lru_cache(maxsize=_REMEMBERED)
def judge(sentence: str, source: str) -> Statement | None:
    """Read one sentence that is folded already."""
    trigger = TRIGGER.search(sentence)
    if trigger is None or sentence[:1] in QUOTES or sentence.endswith("?"):
        return None
    name = NAMES_LICENSE.search(sentence)
    found = read_license(sentence) if name else read_notice(sentence)
    if found is None:
        notice = BARE_NOTICE.match(sentence) and len(sentence) <= MAX_NOTICE
        holder = find_holder(sentence) if notice else None
        return _statement(None, None, sentence, source, holder) if holder else None
    reserved = ALL_RIGHTS_WORDS.search(sentence, 0, name.start()) if name else None
    if reserved and reserves_all_rights(sentence, reserved.start()):
        # "All rights reserved, unlike our older articles, which are under CC BY"
        return _statement(ALL_RIGHTS_RESERVED, None, sentence, source, find_holder(sentence))
    if found.spdx == ALL_RIGHTS_RESERVED:
        believed = reserves_all_rights(sentence, trigger.start())
    else:
        if found.spdx == PUBLIC_DOMAIN:  # "As a work of the U.S. government, this is in the ..."
            *_, name = (name, *NAMES_LICENSE.finditer(sentence))
        believed = grants_for_the_text(sentence, (name or trigger).start(), found.spdx)
    if not believed:
        return None
    return _statement(found.spdx, found.url, sentence, source, find_holder(sentence))


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
