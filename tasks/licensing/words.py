"""Wording that names licenses, reserves rights or gives them up.

Every pattern is a plain alternation or bounded repetition, so that matching is linear. Languages:
English, German, French, Spanish, Portuguese, Italian, Dutch, Russian, Persian, Arabic, Chinese,
Japanese, and the Creative Commons terms of some more.
"""

from __future__ import annotations

import re

CC_NAME = (
    r"creative[\s-]?commons(?!\.org\.\w)|"
    r"کر[یئ\u200c ]{1,4}تیو[\s\u200c]کامنز|المشاع الإبداعي|知识共享|"
    r"創用\s?cc|クリエイティブ・?\s?コモンズ|크리에이티브\s?커먼즈"
)
# A code may stand right behind a character of Chinese or Japanese: "采用CC BY 4.0".
# The letters stand first: a pattern that begins with a look behind is tried everywhere.
_CC = r"cc(?<![0-9a-zà-ÿа-я_-]cc)"
CC_CODE = rf"(?:{_CC}(?:[\s-]{{1,2}}|:\s?)?by|(?-i:CC\)[\s-]{{0,2}}BY))(?![a-z])"
CC_ZERO = rf"{_CC}[- ]?(?:0|zero)(?![0-9a-zà-ÿа-я_])"
_PUBLIC_DOMAIN = (
    r"public[- ]domain|gemeinfrei|domaine public|dominio p[úu]b{1,2}lico|domínio público|"
    r"pubblico dominio|publieke? domein|общественн\w{2,3} достояни|مالکیت عمومی|"
    r"المل(?:ك|كية) العام|公[有共][领領]域|パブリック・?\s?ドメイン|퍼블릭\s?도메인|"
    r"works? of the (?:u\.?s\.?|united states)(?: federal)? government"
)
_OTHER_NAMED = r"open government licen[cs]e|licence (?:ouverte|etalab)|datenlizenz deutschland"
_ALL_RIGHTS = (
    r"all rights reserved|alle rechten? (?:vorbehalten|voorbehouden)|"
    r"tous droits (?:de \w{1,20} (?:et de \w{1,20} )?)?réservés|"
    r"todos (?:los derechos|os direitos) reservados|reservados todos (?:los derechos|os direitos)|"
    r"tutti i diritti (?:sono )?riservati|riproduzione riservata|"
    r"все права (?:защищены|сохранены)|حقوق محفوظ|حقوق (?:النشر|الطبع|الملكية) محفوظ|"
    r"(?:جميع|كافة|كل) (?:الحقوق|حقوق[^.]{1,30}) محفوظ|حقوق النشر © ?(?:\d{4} )?محفوظ|"
    r"版权所有|版權所有|著作[权權]所有|未[经經](?:[书書]面)?授[权權][，,]?(?:不得|请勿|請勿|禁止|严禁|嚴禁)(?:擅自|任意)?[转轉][载載]|"
    r"保留所有(?:权利|權利)|禁無断転載|"
    r"wszelkie prawa zastrzeżone|tüm hakları (?:saklıdır|mahfuzdur)|"
    r"may not be (?:published|reproduced|copied)"
)
# Plain words, in lower case, one of which is in whatever TRIGGER matches: looking for them is many
# times cheaper than the pattern, and most texts hold none. First for a part without space that
# several share, or that is found soon.
_TRIGGER_WORDS = {
    "©": ("©",), "copy": ("copyr", "copyl"), "rights": ("rights res",), "(c)": ("(c)",),
    "creative": ("creative",), "commons": ("commons",),
    "cc": (
        "ccb", "cc b", "cc-b", "cc  b", "cc -b", "cc- b", "cc: b", "cc:b", "cc) b", "cc)b", "cc)-b",
        "cc0", "cc 0", "cc-0", "cczero", "cc zero", "cc-zero",
    ),
    "recht": ("rechte", "urheberrecht"), "droits": ("droits",), "serva": ("reservad", "riservat"),
    "prohibida": ("prohibida",), "prawa": ("prawa",), "gemeinfrei": ("gemeinfrei",),
    "dom": ("domain", "dominio"), "domínio": ("domínio p",), "publiek": ("publiek",),
    "gov": ("open gov", "states gov", "federal gov", "us gov", "s. gov", ".s gov"),
    "licence": ("licence ouverte", "licence etalab"),
    "datenlizenz": ("datenlizenz",), "not": ("may not be",),
    "hakları": ("hakları",), "rättigheter": ("rättigheter",), "а": ("права",), "я": ("достояни",),
    "و": ("حقوق", "عمومی"), "م": ("کامنز", "المشاع", "الملك"),
    "权": ("版权", "著作权所有", "经授权", "书面授权"),
    "權": ("版權", "著作權所有", "經授權", "書面授權"),
    "有": ("保留所有", "公有"), "共": ("知识共享", "公共"),
    "創": ("創用",), "ク": ("クリエ", "パブリック"), "転": ("転載",),
    "크": ("크리에",), "전": ("전재",), "퍼": ("퍼블릭",),
}  # fmt: skip
_LOOKED_FOR = tuple(_TRIGGER_WORDS.items())


def may_state_rights(text: str) -> bool:
    """Whether a folded text may hold a match of TRIGGER: a cheap look before the pattern."""
    lowered = text.lower()
    # Not any(): generators take three times as long.
    for shared, words in _LOOKED_FOR:
        if shared in lowered:
            for word in words:
                if word in lowered:
                    return True
    return False


def may_state_rights_over_lines(text: str) -> bool:
    """Likewise, where any space may stand for any other, as in mark-up."""
    lowered = text.lower()
    for shared, _ in _LOOKED_FOR:
        if shared in lowered:
            return may_state_rights(" ".join(lowered.split()))
    return False


# What names a license, and with the notices below: only sentences with one of these are read.
NAMES_LICENSE = re.compile(
    rf"{CC_NAME}|{CC_CODE}|{CC_ZERO}|creativecommons\.org|{_PUBLIC_DOMAIN}|{_OTHER_NAMED}",
    re.IGNORECASE,
)
TRIGGER = re.compile(
    rf"{NAMES_LICENSE.pattern}|{_ALL_RIGHTS}|reproducción prohibida|"
    r"(?:تمام(?:ی)?|کلیه|همه)\s?[‌ ]?ی? حقوق|無断(?:複製・)?転載|무단\s?전재|alla rättigheter|"
    r"©|\(c\)\s|copyright|copyleft|urheberrecht",
    re.IGNORECASE,
)
ALL_RIGHTS_WORDS = re.compile(
    rf"{_ALL_RIGHTS}|(?:تمام(?:ی)?|کلیه|همه)\s?[‌ ]?ی? حقوق[^.]{{0,80}}(?:محفوظ|متعلق)|"
    r"無断(?:複製・)?転載[^。]{0,12}禁|무단\s?전재[^.]{0,20}금지|alla rättigheter förbehåll",
    re.IGNORECASE,
)
# Words that place a text in the public domain; merely speaking of the public domain does not.
PUBLIC_DOMAIN_WORDS = re.compile(
    r"\b(?:this|our|all|these|the (?:text|content|article)s?(?!\sof\b))\b[^.]{0,120}\b(?:is|are)\s"
    r"(?:in|part of|dedicated to|released into|placed in|considered to be in)\sthe public domain|"
    r"^(?:released|dedicated) (?:in)?to the public domain\b|"
    r"\binformation (?:\w+ ){0,3}on (?:this|these|the) [^.]{0,100}\bin the public domain|"
    r"\b(?:this|our|all|these)\b[^.]{0,60}\b(?:is|are) (?:an? )?works? of the "
    r"(?:u\.?s\.?|united states)(?: federal)? government|"
    r"\b(?:information|materials?)\b[^.]{0,60}\bsite\sis\s(?:considered\s)?(?:to be\s)?"
    r"(?:in the )?public domain|"
    r"\b(?:diese[rs]?|alle)\s[^.]{0,60}gemeinfrei|"
    r"\b(?:cet|ce|cette|tous|ces)\s[^.]{0,60}\sdomaine public|"
    r"\b(?:est[ea]|tod[oa]s)\s[^.]{0,60}\s(?:dominio|domínio) público|"
    r"^(?:obra|textos?|contenidos?|conteúdos?|art[íi]culos?|artigos?)\s"
    r"(?:bajo|en|de|del|em|sob)\s(?:el\s)?(?:dominio|domínio) público\W*$|"
    r"^(?:test[io]|contenut[oi]|articol[oi]|opera)\s(?:di|in|nel)\s"
    r"(?:pubblico dominio|dominio pubblico)\W*$|"
    r"\b(?:quest['’oa]|tutti)\s?[^.]{0,60}\s(?:pubblico dominio|dominio pubblico)|"
    r"\b(?:dit|deze|alle)\s[^.]{0,60}\spublieke? domein|"
    r"\b(?:эт[аио]т?|данн\w{2}|все)\s[^.]{0,60}\sобщественн\w{2,3} достояни|"
    r"(?:این|همه|تمام)\s[^.]{0,60}مالکیت عمومی|(?:هذا|هذه|جميع)\s[^.]{0,60}المل(?:ك|كية) العام|"
    r"本[^。]{1,30}公[有共][领領]域|(?:この|本)[^。]{1,30}パブリック・?\s?ドメイン|"
    r"이\s[^.]{1,30}퍼블릭\s?도메인",
    re.IGNORECASE,
)
