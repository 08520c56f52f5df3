"""What a sentence does with a license that it names: grant it for its text, or something else.

A sentence counts only if it speaks of the text that it stands in ("this article is licensed under
...", "All content by ..."), not of pictures, of comments or of somebody else's work.
"""

from __future__ import annotations

import re

from tasks.licensing.creative_commons import CC_KIND_UNKNOWN, is_all_elements
from tasks.licensing.denial import REPORTED, is_not_granted
from tasks.licensing.subject import (
    OTHER_WORK,
    OURSELVES,
    is_of_a_part,
    is_of_its_text,
    is_other_work,
)
from tasks.licensing.words import CC_CODE, CC_NAME, CC_ZERO

# A sentence may also simply begin with its license: "CC BY 4.0", "Lizenz: ...", "© 2024 ...".
_LABEL = re.compile(
    r"\W{0,6}(?:licen[sc]ed?|lizenz|licence|licencia|licença|licenza|licentie|лицензия|"
    r"лицензи|مجوز|پروانه|الترخيص|رخصة|许可|授權|授权|ライセンス|"
    r"text|contains\spublic\ssector\sinformation|creative[\s-]commons|cc[\s-]|cc0|\(cc\)|"
    r"creativecommons|https?://creativecommons|copyright|copyleft|©|\(c\)|some\srights\sreserved|知识共享)",
    re.IGNORECASE,
)
# ... or with what was done: "Published under CC BY 4.0".
_PARTICIPLE = re.compile(
    r"\W{0,6}(?:(?:(?:originally|first|ursprünglich|zuerst)\s)?(?:re)?published|(?:re)?posted|released|(?:made\s)?available|distributed|shared|"
    r"dedicated|offered|provided|reproduced|translated\sfrom|veröffentlicht|lizenziert|freigegeben|verfügbar|"
    r"(?:re)?publiée?|diffusée?|distribuée?|mise?\sà\sdisposition|(?:re)?publicad[oa]|liberad[oa]|"
    r"distribuid[oa]|disponible|licenciad[oa]|disponível|distribuíd[oa]|(?:ri)?pubblicat[oa]|"
    r"rilasciat[oa]|distribuit[oa]|disponibile|gepubliceerd|beschikbaar|vrijgegeven|опубликован\w{0,2}|"
    r"(?:re-?use|re-?publication|reproduction|reprinting|weiterverwendung|nachdruck|reprise|reproducción|"
    r"reprodução|riproduzione|overname|перепечатка)\s(?:is\s|ist\s|est\s|está\s|é\s|è\s|is\s)?(?:permitted|allowed|"
    r"erlaubt|gestattet|autorisée|permise|permitida|autorizada|consentita|toegestaan|разрешена)|"
    r"публикуется|распространяется|доступ\w{1,3}|منتشر|منشور|مرخص|متاح|采用|採用)",
    re.IGNORECASE,
)
# The clause that a participle leads to says whose it is: "Released under CC0, the game ...".
_MAIN_CLAUSE = re.compile(
    r"[,،，]\s?(?:(?:the|an?|his|her|its|it|he|she|they|la|les?|il|elle|el|los|las|os?|as?|lo|gli|una?|uma?|"
    r"das|die|der|ein|eine|de|het|een)\s|l'|(?-i:[А-Яа-я])|[\u0600-\u06ff\u3040-\u9fff])",
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

# A license is granted, or a colon stands for it.
_GRANT = re.compile(
    r"licen|lizenz|unter|under|sous|bajo|sob\b|sotto|onder|лиценз|مجوز|تحت|بموجب|رخصة|采用|採用|以|"
    r"で公開|下に|[:：]",
    re.IGNORECASE,
)
# "CC BY 4.0 (images)".
_FOR_OTHER_WORK = re.compile(
    rf"\(\s?(?:\w{{1,12}}\s){{0,2}}(?:{OTHER_WORK.pattern})", re.IGNORECASE
)
_HOST_OF_PICTURES = re.compile(
    r"\b(?:flickr|wikimedia|unsplash|pixabay|pexels|getty)\b", re.IGNORECASE
)
_NEAR = 80  # characters
_REUSE_OF_THIS = re.compile(r"(?:转载|轉載|转发|使用|分享|引用)本(?:文|站|作品|报道|報導)")
_CREDIT = re.compile(
    r"[^.:©]{0,40}(?:[:：©]|\s(?:by|from|von|par|por|di|da|door|via|courtesy)\s)", re.IGNORECASE
)
# A sentence that begins with the name and goes on to speak of the organisation, or of the words.
_NAME_ALONE = re.compile(
    r"licen[sc]|lizen[sz]|licen[çz]|лицензи|مجوز|پروانه|رخصة|الترخيص|许可|許可|授权|授權|ライセンス|라이선스",
    re.IGNORECASE,
)
# A sentence about a license, not under it: "CC BY 4.0 is widely used".
_LICENSE_SPOKEN_OF = re.compile(
    rf"(?:{CC_NAME}|{CC_CODE}|{CC_ZERO})(?:[^.,:;()|]|\.(?=\d)){{0,60}}?(?:(?<=\s)(?-i:is|are|was|were|has|have|requires?|"
    r"allows?|lets?|permits?|means?|gives?|stands|does|can|cannot|may|must|darf|dürfen|kann|können|peut|"
    r"peuvent|pueden?|podem?|può|possono|mag|mogen|kunnen|ist|sind|erlaubt|verlangt|bedeutet|"
    r"steht|est|sont|permet|exige|signifie|es|son|permite|exige|significa|é|são|è|sono|permette|"
    r"consente|richiede|betekent|vereist|staat|это|позволяет|разрешает|требует|является|означает|"
    r"هي|هو|تسمح|تتيح|یک|اجازه)\s|\s?(?:是|允许|允許|要求|意味着|は|が))",
    re.IGNORECASE,
)
# What makes a sentence of the words before the name: "content under CC BY can ..." has none.
_VERB = re.compile(
    r"\b(?:this|these|our|is|are|was|may|can|has|have|we|you|ist|sind|steht|stehen|darf|dürfen|kann|können|diese\w?|"
    r"cet|cette|ce|nos|est|sont|peut|peuvent|est[ea]|es|está|están|son|pueden?|se|é|são|estão|podem?|quest\w|è|sono|"
    r"può|possono|dit|deze|wordt|worden|zijn|valt|vallen|mag|mogen)\b|[^\x00-\u024f]|:",
    re.IGNORECASE,
)
_PHRASE_SPOKEN_OF = re.compile(
    r"\W{0,3}all\srights\sreserved\W{0,3}\s(?:an?|which|that|is|are|as|means?|has|clauses?|notices?)\s",
    re.IGNORECASE,
)
_NOTHING_BEFORE = re.compile(
    r"\W{0,3}(?:(?:texte?s?|textos?|test[io]|teksten?|тексты?|متن|النص|文字|本文)\s?[:：]\s?)?",
    re.IGNORECASE,
)
BARE_NOTICE = re.compile(
    r"[\s(]{0,2}(?:©|\(c\)\s|copyright\s(?:©|\(c\)|\d{4})|copyleft)", re.IGNORECASE
)
MAX_NOTICE = 250


def reserves_all_rights(sentence: str, phrase_at: int) -> bool:
    """Whether a sentence that holds the phrase says it: alone or in a notice, not in passing."""
    if len(sentence) > MAX_NOTICE or REPORTED.search(sentence):
        return False
    if _PHRASE_SPOKEN_OF.match(sentence):
        return False
    at_start = _NOTHING_BEFORE.fullmatch(sentence, 0, phrase_at) is not None
    return at_start or bool(BARE_NOTICE.match(sentence) or OURSELVES.match(sentence))


def is_about_something_else(before: str, sentence: str) -> bool:
    """Whether a sentence does not grant the license that it names, or not for the text.

    Args:
        before: The sentence up to the license's name.
        sentence: All of it, folded.
    """
    if is_not_granted(before, sentence) or is_other_work(before):
        return True
    return _FOR_OTHER_WORK.search(sentence, len(before), len(before) + _NEAR) is not None


def is_for_something_else(before: str, sentence: str) -> bool:
    """Likewise, where mark-up says that a link names the license: only grants speak against it."""
    other = OTHER_WORK.search(before)
    speaks = other and (_GRANT.search(before, other.end()) or _CREDIT.match(before, other.end()))
    if other and not speaks:
        before = ""  # an entry of a menu: "Data protection"
    if _GRANT.search(before) and is_of_a_part(before):
        return True
    return is_about_something_else(before, sentence)


def credits_another_work(sentence: str) -> bool:
    """Whether a sentence is a credit: what follows it, "All rights reserved.", belongs to it."""
    other = OTHER_WORK.search(sentence)
    if other is None or _CREDIT.match(sentence, other.end()) is None:
        return False
    return is_other_work(sentence) and not OURSELVES.search(sentence)


def grants_for_the_text(sentence: str, license_at: int, spdx: str) -> bool:
    """Whether a folded sentence grants the license that it names for the text it stands in."""
    before, behind = sentence[:license_at], sentence[license_at:]
    if is_about_something_else(before, sentence):
        return False
    if is_of_its_text(before):
        return _VERB.search(before) is not None or not _LICENSE_SPOKEN_OF.match(behind)
    if _LICENSE_SPOKEN_OF.match(behind) and not OURSELVES.search(behind):
        return False
    if _begins_with_its_license(sentence, before, behind):
        return spdx != CC_KIND_UNKNOWN or bool(before.strip()) or bool(_NAME_ALONE.search(behind))
    if spdx != CC_KIND_UNKNOWN and _BY.search(before) and _CHOOSER.search(before):
        return True
    # Languages that name the subject late: "... gilt für alle Inhalte dieser Seite".
    is_late = license_at == 0 and OURSELVES.search(behind) is not None
    return len(sentence) <= MAX_NOTICE and (is_late or _REUSE_OF_THIS.search(behind) is not None)


def _begins_with_its_license(sentence: str, before: str, behind: str) -> bool:
    if _PARTICIPLE.match(sentence):
        return _MAIN_CLAUSE.search(sentence) is None
    if not before and _HOST_OF_PICTURES.search(behind):
        return False
    return _LABEL.match(sentence) is not None or is_all_elements(before)
