"""What a sentence does with a license that it names: grant it for its text, or something else.

A sentence counts only if it speaks of the text that it stands in ("this article is licensed under
...", "All content by ..."), not of pictures, of comments or of somebody else's work.
"""

from __future__ import annotations

import re

from tasks.licensing.creative_commons import CC_KIND_UNKNOWN

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
    r"typefaces?|emojis?|theme|template|plugins?|stylesheet|"
    r"fotos?|fotografi\w+|bild(?:er)?|abbildung\w*|grafik\w*|titelbild|kommentare?|quelle|"
    r"photographies?|imágene?s?|imagen|imagens|imagem|foto[s:]|immagin\w+|afbeelding\w*|beeld|"
    r"фото\w*|изображени\w*|комментари\w*|عکس|تصویر|تصاویر|صورة|الصورة|الصور|"
    r"picture|flickr|wikimedia|unsplash|pixabay|getty)\b|图片|圖片|照片|写真|画像|사진",
    re.IGNORECASE,
)
# Where something is, not what: "all photos on this site".
_PLACE = re.compile(
    r"\b(?:on|of|in|from|at|within)\s(?:this|the|our)\s(?:web\s?)?(?:site|page|blog|portal)\b|"
    r"\b(?:auf|in|von)\s(?:dieser|der|unserer|diesem|unserem)\s(?:web)?(?:site|seite|blog|portal)\b|"
    r"\b(?:sur|de)\s(?:ce|cette|notre)\s(?:site|page|blog)\b|"
    r"\b(?:en|de|del)\s(?:est[ea]|nuestr[oa]|el|la)?\s?(?:sitio|página|web|blog)\b|"
    r"\b(?:neste|deste|nesta|desta|do|no)\s(?:site|sítio|página|blog)\b|"
    r"\b(?:su|in|di)\squesto\s(?:sito|blog)\b|\b(?:del|sul)\ssito\b|"
    r"\b(?:op|van)\s(?:deze|onze|dit)\s(?:web)?(?:site|pagina|blog)\b|"
    r"\bна\s(?:этом\s|нашем\s)?сайте\b|\b(?:этого\s)?сайта\b|"
    r"این\s(?:سایت|وب‌?سایت|وبگاه)|(?:في\s)?هذا\sالموقع|"
    r"本(?:站|网站|網站|页面|頁面)(?:的|上的)?|(?:当|この)サイトの?",
    re.IGNORECASE,
)
_TEXTS = re.compile(
    r"\b(?:texts?|articles?|stories|contents?|posts|inhalte?|texte|artikel|beiträge|contenus?|textes|"
    r"contenidos?|artículos?|textos?|conteúdos?|artigos?|contenuti|articoli|testi|inhoud|teksten|"
    r"текст\w*|стать\w+|материал\w*)\b|متن|مطالب|محتوا|النص|المقال|المواد|المحتوى|"
    r"文章|文字|内容|內容|記事|コンテンツ",
    re.IGNORECASE,
)
# A license is granted, or a colon stands for it.
_GRANT = re.compile(
    r"licen|lizenz|unter|under|sous|bajo|sob\b|sotto|onder|лиценз|مجوز|تحت|بموجب|رخصة|采用|採用|以|"
    r"で公開|下に|[:：]",
    re.IGNORECASE,
)
# Somebody talks about a license instead of granting one.
_REPORTED = re.compile(
    r"\b(?:said|says|told|according\sto|announced|argued|explained|would|could|should|might|had|"
    r"was(?!\s(?:originally|first)\s(?:re)?published)|were|"
    r"(?<!we\s)say|no\slonger|whether|if\syou|how\sto|licen[sc]es\s(?:have|are|were|allow|permit|exist)|"
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
# Before a license's name: it is not granted, or only for what is older.
_DENIED = re.compile(
    r"\b(?:(?:not|never)\s(?:been\s)?(?:licensed|available|published|released|covered|under)|"
    r"no\s(?:content|texts?|articles?)\s|published\s(?:before|until|prior)|"
    r"nicht\s(?:mehr\s)?unter|keine\s(?:inhalte|texte|artikel)|"
    r"n[e'’]\s?(?:est|sont|a|ont)\s(?:pas|plus)|no\sest[áa]n?|não\sest(?:á|ão)|non\s(?:è|sono)|"
    r"niet\s(?:langer\s)?(?:onder|beschikbaar)|не\s(?:доступн|распростран|публику|лицензи)\w*|"
    r"(?:غير\s|ليست?\s)مرخص\w*)\b|不(?:采用|採用|适用|適用)|并非",
    re.IGNORECASE,
)
# Behind it.
_DENIED_LATE = re.compile(r"\bنیست|ではありません|ではない|ていません")
# Before it: another's work, unless it is the license that is used.
_USED = re.compile(
    r"\b(?:uses|using|runs\son|verwendet|utilise|utiliza|gebruikt|использует)\s"
    r"(?!(?:\w{1,4}\s)?(?:creative|cc[\s-]|li[czs]en|лиценз))",
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
BARE_NOTICE = re.compile(
    r"[\s(]{0,2}(?:©|\(c\)\s|copyright\s(?:©|\(c\)|\d{4})|copyleft)", re.IGNORECASE
)
QUOTES = "\"'“”„«»‘’「『"
# “…” before „…“: the same sign closes the one and opens the other.
_QUOTATIONS = (("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"), ("『", "』"))
MAX_NOTICE = 250


def reserves_all_rights(sentence: str, phrase_at: int) -> bool:
    """Whether a sentence that holds the phrase says it: alone or in a notice, not in passing."""
    if len(sentence) > MAX_NOTICE or _REPORTED.search(sentence):
        return False
    if _PHRASE_SPOKEN_OF.match(sentence):
        return False
    at_start = phrase_at <= 3  # noqa: PLR2004 - behind a dash or a bracket
    return at_start or bool(BARE_NOTICE.match(sentence) or _OURSELVES.match(sentence))


def is_about_something_else(before: str, sentence: str) -> bool:
    """Whether a sentence does not grant the license that it names, or not for the text.

    Args:
        before: The sentence up to the license's name.
        sentence: All of it, folded.
    """
    if _REPORTED.search(sentence) or _NOT_OURS.match(sentence) or _is_quoted(before):
        return True
    if _DENIED.search(before) or _DENIED_LATE.search(sentence):
        return True
    used = _USED.search(sentence)
    if used and used.start() < len(before):
        return True
    other = _OTHER_WORK.search(before)
    if other is None:
        return False
    elsewhere = _PLACE.sub(" ", before)
    return not (_OURSELVES.search(elsewhere) or _TEXTS.search(elsewhere))


def is_for_something_else(before: str, sentence: str) -> bool:
    """Likewise, where mark-up says that a link names the license: only grants speak against it."""
    other = _OTHER_WORK.search(before)
    if other and not _GRANT.search(before, other.end()):
        before = ""  # an entry of a menu: "Data protection"
    return is_about_something_else(before, sentence)


def _is_quoted(before: str) -> bool:
    """Whether a quotation is open where the words end; the name of a license may be in quotes."""
    before = before.rstrip(f" ({QUOTES}")
    return any(before.rfind(opening) > before.rfind(closing) for opening, closing in _QUOTATIONS)


def grants_for_the_text(sentence: str, license_at: int, spdx: str) -> bool:
    """Whether a folded sentence grants the license that it names for the text it stands in."""
    before, behind = sentence[:license_at], sentence[license_at:]
    if is_about_something_else(before, sentence):
        return False
    if _OURSELVES.search(before):
        return True
    if _LABEL.match(sentence):
        return spdx != CC_KIND_UNKNOWN or bool(before.strip()) or bool(_NAME_ALONE.search(behind))
    if spdx != CC_KIND_UNKNOWN and _BY.search(before) and _CHOOSER.search(before):
        return True
    # Languages that name the subject late: "... gilt für alle Inhalte dieser Seite".
    return len(sentence) <= MAX_NOTICE and license_at == 0 and bool(_OURSELVES.search(behind))
