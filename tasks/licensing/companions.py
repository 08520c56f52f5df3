"""Sentences that go with a statement of rights and say nothing about them without it."""

from __future__ import annotations

import re

MAX_COMPANION = 300  # characters

_AT_START = re.compile(
    r"(?:some\srights\sreserved|based\son\sa\swork\sat|permissions\sbeyond\sthe\sscope|to\sview\sa\scopy\s"
    r"of\sthis\slicen[sc]e|(?:this|the)\s(?:material|article|content|story)\smay\snot\sbe|"
    r"(?:no\spart|republication|reproduction|redistribution|reprinting)\s|"
    r"(?:https?://)?(?:www\.)?creativecommons\.org/\S*$|nachdruck|vervielfältigung|weiterverbreitung|"
    r"toute\sreproduction|prohibida\s|(?:é|e)\sproibida|è\svietata|"
    # What the license leaves out.
    r"(?:photo(?:graph)?s?|images|pictures|illustrations|(?:die\s)?(?:bilder|fotos)|(?:les\s)?(?:photos|images)|"
    r"(?:las\s)?(?:fotos|fotografías|imágenes)|(?:le\s)?(?:foto|immagini))\b[^.]{0,60}\b(?:remain|excluded|"
    r"not\s(?:covered|included)|ausgenommen|exclu(?:e?s|idas|ídas)|restent|esclus[ei])\b|"
    r"для\sиспользования|перепечатка|使用にあたって|すべての内容は|未经)",
    re.IGNORECASE,
)
# Words of terms of use, of credits, and of the entries of a site's last line.
_TERMS = re.compile(
    r"\b(?:re-?publi\w+|reprint\w*|reproduc\w+|redistribut\w+|re-?us(?:e|ed|ing)|credit(?:s|ed|ing)?|"
    r"attribut\w+|permissions?|terms|privacy|copy|copies|share|licen[sc]\w+|syndicat\w+|"
    r"read\s(?:it|the\s(?:full|original)\s\w+|more)|(?:original|full)\s(?:article|story|version|post)|"
    r"auth?or(?:in|en)?\s?:|we\sask|edit(?:ed)?\sonly|registered\s(?:in|number|office|company|charity)|"
    r"nachdruck\w*|vervielfält\w+|weiterverbreit\w+|weiterverwend\w+|übernahme|quellenangabe|"
    r"(?:namens)?nennung|quelle|originalartikel|original|impressum|datenschutz\w*|nutzungsbedingungen|agb|"
    r"genehmigung|erlaubnis|einwilligung|"
    r"reprise|mention\w*|la\ssource|l'original|confidentialité|autorisation|partage\w*|"
    r"prohib\w+|proib\w+|verboten|untersagt|interdit\w*|vietat[ao]|verboden|forbidden|consentimiento|"
    r"redistribución|redifusión|reproducción|reproducir\w*|difusión|difundir|citando|fuente|aviso\slegal|privacidad|condiciones|"
    r"autorización|algunos\sderechos|compart\w+|"
    r"reprodução|reproduz\w+|citação|fonte|privacidade|termos|autorização|alguns\sdireitos|"
    r"riproduzione|riprodu\w+|citando|p\.?\s?iva|note\slegali|condivi\w+|autorizzazione|l'originale|"
    r"overname|overnemen|verveelvoudig\w*|bronvermelding|privacybeleid|voorwaarden|toestemming|"
    r"перепечатк\w+|использовани\w+|копировани\w+|воспроизведени\w+|ссылк\w+|источник\w*|"
    r"конфиденциальност\w+|разрешени\w+|оригинал\w*)\b|"
    r"https?://|\bwww\.|بازنشر|نقل|ذکر\sمنبع|با\sذکر|إعادة\s(?:ال)?نشر|المصدر|الخصوصية|الشروط|اقتباس|"
    r"转载|轉載|出处|出處|来源|來源|注明|註明|引用|ICP|隐私|隱私|原文|"
    r"転載|出典|出所|複製|許可|原文|プライバシー",
    re.IGNORECASE,
)


def is_companion(text: str, start: int, end: int) -> bool:
    """Whether the sentence of a folded text from start to end begins as such sentences do."""
    return _AT_START.match(text, start, end) is not None


def speaks_of_terms(text: str, start: int, end: int) -> bool:
    """Whether a sentence behind a statement goes on about it: who to credit, where to read more."""
    if end - start > MAX_COMPANION:
        return False
    return is_companion(text, start, end) or _TERMS.search(text, start, end) is not None
