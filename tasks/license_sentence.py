"""What one sentence says about the rights in the text that it stands in.

A sentence counts only if it speaks of that text ("this article is licensed under ...", "All content
by ..."), not of pictures, of comments or of somebody else's work.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from tasks.license_folding import fold
from tasks.license_rules import (
    ALL_RIGHTS_RESERVED,
    ALL_RIGHTS_WORDS,
    CC_KIND_UNKNOWN,
    NAMES_LICENSE,
    TRIGGER,
    Statement,
    read_license,
    read_notice,
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
    r"محتوا|محتوای|مطالب|متن|مقاله|خبر|گزارش|سایت|وب‌?سایت|وبگاه|اثر|"
    r"محتو|هذا\s|المقال|النص|المواد|الموقع|المصنف|"
    r"本(?:作品|著作|文|站|网站|網站|页|頁|刊|報導|报道|新闻|新聞|記事|サイト)|文章|内容|內容|作品|この|当サイト|記事|コンテンツ|"
    r"이\s|콘텐츠|저작물",
    re.IGNORECASE,
)
# A sentence may also simply begin with its license: "CC BY 4.0", "Lizenz: ...", "© 2024 ...".
_LABEL = re.compile(
    r"[\s\"“(\[|•*–—-]{0,4}(?:licen[sc]ed?|lizenz|licence|licencia|licença|licenza|licentie|лицензия|"
    r"лицензи|مجوز|پروانه|الترخيص|رخصة|许可|授權|授权|ライセンス|"
    r"text|contains\spublic\ssector\sinformation|published|republished|released|available|distributed|veröffentlicht|lizenziert|publié|"
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
    r"\b(?:said|says|told|according\sto|announced|argued|explained|would|could|should|might|had|"
    r"was(?!\s(?:originally|first)\s(?:re)?published)|were|"
    r"not\slicensed|no\slonger|whether|if\syou|how\sto|licen[sc]es\s(?:have|are|were|allow|permit|exist)|"
    r"sagte|laut|wurde|würde|werde|seien|"
    r"dijo|señaló|anunció|según(?!\slos\st[ée]rminos)|será[n]?|estarán?|"
    r"selon(?!\sles\s(?:termes|conditions))|a\sdéclaré|a\sannoncé|ser(?:a|ont)|"
    r"disse|afirmou|anunciou|segundo(?!\sos\stermos)|serão|estarão?|"
    r"secondo(?!\si\stermini)|ha\sdetto|sarà|saranno|volgens|zei|werd|zullen|"
    r"сказал\w*|сообщил\w*|заявил\w*|отметил\w*|говорится|по\sсловам|будут|будет|"
    r"گفت|به\sگفته|اعلام\sکرد|خواهد|خواهند|و?قالت?|أعلن\w*|ستكون|سيكون|بحسب)\b|"
    r"表示[，,:：]|宣布|写道|寫道|と(?:述べ|発表|語っ|話し|書かれ|説明し|報じ)|라고\s",
    re.IGNORECASE,
)
# A sentence that begins with the name and goes on to speak of the organisation, or of the words.
_NAME_ALONE = re.compile(
    r"licen[sc]|lizen[sz]|licen[çz]|лицензи|مجوز|پروانه|رخصة|الترخيص|许可|許可|授权|授權|ライセンス|라이선스",
    re.IGNORECASE,
)
_PHRASE_SPOKEN_OF = re.compile(
    r"\W{0,3}all\srights\sreserved\W{0,3}\s(?:an?|which|that|is|are|as|means?|has|clauses?|notices?)\s",
    re.IGNORECASE,
)
# Somebody else's text: "Wikipedia's text is ...", "Its articles are ...".
_NOT_OURS = re.compile(
    r"(?:the\s)?(?-i:[A-Z])[\w.-]{1,40}['’]s\s|(?:its|their|his|her)\s|.{0,200}\bwikipedia\b",
    re.IGNORECASE,
)
# Sentences that go with a statement and say nothing without it.
COMPANION = re.compile(
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
    r"\btodos\s(?:los|os)\s(?:contenidos|conteúdos|textos)\b|\btodo\s(?:el|o)\s(?:nosso\s|nuestro\s)?(?:contenido|conteúdo)\b|\btutti\si\scontenuti\b|\balle\sinhoud\b|"
    r"\b(?:все|всё)\sматериалы\b|تمام|کلیه|همه|سایت|وبگاه|جميع|الموقع|本(?:站|网站|網站)|当サイト",
    re.IGNORECASE,
)
_TEXT_ONLY = re.compile(
    r"\b(?:texts|(?:our|the)\stext|text\sonly|(?:unsere|die|alle|nur)\stexte|textes|"
    r"textos|testi|teksten)\b|\bтексты\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"\b(?:this|diese[rs]?|cette?|cet|ce|est[ea]|quest[oa]|dit|deze|этот|эта|это|данн\w+)\b|\bquest'|این|هذا|هذه|"
    r"本(?:文|作品|著作|報導|报道|記事|新闻|新聞)|この",
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
        r"\d{2}|present|today))?)?[\s,–—-]{0,4}(?:by\s)?(?P<holder>[^\d\s,;:|©.][^,;:|©\n]{1,80}?"
        r"(?:,\s(?:inc|llc|ltd|slu|s\.a|s\.l)\b)?)(?=\s*(?:$|[,;|©]|\.\s|\.$|\s[-–—]\s|all\srights|alle\srechte|tous\sdroits|todos\s|tutti\si|"
        r"cc[\s-]?by|creative\scommons|\d{4}|is\s(?:licensed|an?)\s|ist\slizenziert|by\s|von\s))",
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
_QUOTES = "\"'“”„«»‘’「『"
_MAX_NOTICE = 250
_REMEMBERED = 2000  # sentences: a site's pages share their footers


def read_sentence(sentence: str, source: str = "text") -> Statement | None:
    """Read one sentence on its own: the license that it grants for the text it stands in."""
    statement = judge(fold(sentence).text, source)
    return statement and replace(statement, evidence=sentence)


@lru_cache(maxsize=_REMEMBERED)
def judge(sentence: str, source: str) -> Statement | None:
    """Read one sentence that is folded already."""
    trigger = TRIGGER.search(sentence)
    if trigger is None or sentence[:1] in _QUOTES or sentence.endswith("?"):
        return None
    name = NAMES_LICENSE.search(sentence)
    found = read_license(sentence) if name else read_notice(sentence)
    notice = _BARE_NOTICE.match(sentence)
    if found is None:
        holder = _holder(sentence) if notice and len(sentence) <= _MAX_NOTICE else None
        return _statement(None, None, sentence, source, holder) if holder else None
    if found.spdx == ALL_RIGHTS_RESERVED:
        # The phrase itself, alone or behind a notice; not a long sentence that mentions it.
        at_start = trigger.start() <= 3  # noqa: PLR2004 - behind a dash or a bracket
        believed = notice or at_start or _OURSELVES.match(sentence)
        spoken_of = _REPORTED.search(sentence) or _PHRASE_SPOKEN_OF.match(sentence)
        if not believed or spoken_of or len(sentence) > _MAX_NOTICE:
            return None
    elif not _speaks_of_the_text(sentence, (name or trigger).start(), found.spdx):
        return None
    return _statement(found.spdx, found.url, sentence, source, _holder(sentence))


def _speaks_of_the_text(sentence: str, license_at: int, spdx: str) -> bool:
    before, behind = sentence[:license_at], sentence[license_at:]
    if _REPORTED.search(sentence) or _NOT_OURS.match(sentence):
        return False
    ourselves = _OURSELVES.search(before)
    if _OTHER_WORK.search(before) and not ourselves:
        return False
    if ourselves:
        return True
    if _LABEL.match(sentence):
        return spdx != CC_KIND_UNKNOWN or bool(before.strip()) or bool(_NAME_ALONE.search(behind))
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
        holder = match["holder"].strip(" .-–—")
        if holder[:1] in _QUOTES:
            holder = holder.strip(_QUOTES)
        by = form is _HOLDER_FORMS[0]
        if by:
            # The innermost "by": "Python Insider by the Python Core Developers".
            holder = re.split(r"\s(?:by|von|par|por)\s", holder)[-1]
            holder = holder.removeprefix("the ")
        is_name = any(map(str.isalpha, holder)) and not ALL_RIGHTS_WORDS.search(holder)
        if is_name and not _NO_HOLDER.match(holder):
            return holder
    return None
