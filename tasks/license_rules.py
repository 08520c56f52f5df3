"""Tables of license wording, and the names of licenses read from them.

Every pattern is a plain alternation or bounded repetition, so that matching is linear. Languages:
English, German, French, Spanish, Portuguese, Italian, Dutch, Russian, Persian, Arabic, Chinese,
Japanese, and the Creative Commons terms of some more. Origin of the terms: the translated deeds at
creativecommons.org/licenses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ALL_RIGHTS_RESERVED = "LicenseRef-AllRightsReserved"
PUBLIC_DOMAIN = "LicenseRef-PublicDomain"
CC_KIND_UNKNOWN = "LicenseRef-CC"
CC0_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
OGL_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/"

CC_VERSIONS = frozenset({"1.0", "2.0", "2.1", "2.5", "3.0", "4.0"})
# Ports with an SPDX id of their own (SPDX license list 3.27).
SPDX_PORTS = frozenset(
    {
        "CC-BY-2.5-AU", "CC-BY-3.0-AT", "CC-BY-3.0-AU", "CC-BY-3.0-DE", "CC-BY-3.0-IGO",
        "CC-BY-3.0-NL", "CC-BY-3.0-US", "CC-BY-NC-3.0-DE", "CC-BY-NC-ND-3.0-DE",
        "CC-BY-NC-ND-3.0-IGO", "CC-BY-NC-SA-2.0-DE", "CC-BY-NC-SA-2.0-FR", "CC-BY-NC-SA-2.0-UK",
        "CC-BY-NC-SA-3.0-DE", "CC-BY-NC-SA-3.0-IGO", "CC-BY-ND-3.0-DE", "CC-BY-SA-2.0-UK",
        "CC-BY-SA-2.1-JP", "CC-BY-SA-3.0-AT", "CC-BY-SA-3.0-DE", "CC-BY-SA-3.0-IGO",
    }
)  # fmt: skip
# Kinds that SPDX knows in an unported version 1.0 to 4.0. Others (ND-NC 1.0) are LicenseRef.
SPDX_KINDS = frozenset({"BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND"})
# From free to closed; the more restrictive of two statements is the one to obey.
RESTRICTIVENESS = (
    "CC0", "PDM", "PD", "BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND", "CC", "OTHER",
    "ARR",
)  # fmt: skip

# Elements of the licenses in words, in lower case.
CC_ELEMENTS = {
    "BY": (
        r"attribution|namensnennung|paternité|reconocimiento|atribuci[oó]n|atribuição|attribuzione|"
        r"naamsvermelding|атрибуция|с указанием авторства|uznanie autorstwa|erkännande|navngivelse|"
        r"nimeä|alıntı|uveďte (?:původ|autora)|nevezd meg|imenovanje|ارجاع|انتساب|ذکر منبع|"
        r"نسب المصنف|نَسب المُصنَّف|النسبة|نسبة المصنف|署名|姓名標示|表示|"
        r"저작자\s?표시"
    ),
    "NC": (
        r"non-?\s?commercial|nicht[- ]?kommerziell|keine kommerzielle nutzung|"
        r"pas d[’']\s?utilisation commerciale|pas d[’']usage commercial|"
        r"utilisation non commerciale|no ?comercial|sin fines (?:comerciales|de lucro)|"
        r"não[- ]?comercial|non ?commerciale|niet-?commercieel|некоммерческ|użycie niekomercyjne|"
        r"ickekommersiell|ikke-?kommersi?el|غیر\s?\u200c?تجاری|"
        r"غير\s?(?:ال)?تجاري|非商[业業]|非営利|비영리"
    ),
    "ND": (
        r"no-?\s?deriv|(?:sin|sem)[- ]?deriva|keine bearbeitung|"
        r"pas de modification|pas d[’']\s?œuvre dérivée|"
        r"sin obras? derivad|non opere derivate|no opere derivate|"
        r"geen ?afgeleide ?werken|без производных|bez utworów zależnych|بدون اشتقاق|غیر اشتقاقی|"
        r"منع الاشتقاق|بلا اشتقاق|禁止演[绎繹]|禁止改作|改変禁止|변경\s?금지"
    ),
    "SA": (
        r"share-?\s?alike|weitergabe unter gleichen bedingungen|"
        r"partage (?:dans les mêmes conditions|à l[’']identique)|"
        r"compartir ?igual|compartilha ?igual|"
        r"partilha nos mesmos termos|condividi allo stesso modo|gelijk ?delen|"
        r"с сохранением условий|на тех же условиях|na tych samych warunkach|dela ?lika|"
        r"همانند|المشاركة بالمثل|الترخيص بالمثل|相同方式(?:共享|分享)|継承|동일조건\s?변경허락"
    ),
}
# Jurisdictions of ports as sentences name them.
CC_PORTS = {
    "deutschland": "DE", "germany": "DE", "allemagne": "DE", "alemania": "DE", "österreich": "AT",
    "austria": "AT", "schweiz": "CH", "switzerland": "CH", "suisse": "CH", "svizzera": "CH",
    "france": "FR", "frankreich": "FR", "españa": "ES", "spain": "ES", "spanien": "ES",
    "portugal": "PT", "italia": "IT", "italy": "IT", "italien": "IT", "italie": "IT",
    "nederland": "NL", "netherlands": "NL", "niederlande": "NL", "belgium": "BE", "belgië": "BE",
    "belgique": "BE", "united states": "US", "us": "US", "usa": "US", "vereinigte staaten": "US",
    "estados unidos": "US", "england and wales": "UK", "england & wales": "UK",
    "uk: england": "UK", "uk": "UK", "scotland": "SCOTLAND", "ireland": "IE", "canada": "CA",
    "australia": "AU", "new zealand": "NZ", "aotearoa new zealand": "NZ", "brasil": "BR",
    "brazil": "BR", "argentina": "AR", "chile": "CL", "colombia": "CO", "méxico": "MX",
    "mexico": "MX", "perú": "PE", "peru": "PE", "ecuador": "EC", "costa rica": "CR",
    "japan": "JP", "日本": "JP", "china mainland": "CN", "中国大陆": "CN", "taiwan": "TW",
    "台灣": "TW", "hong kong": "HK", "singapore": "SG", "south korea": "KR", "korea": "KR",
    "india": "IN", "philippines": "PH", "thailand": "TH", "vietnam": "VN", "malaysia": "MY",
    "israel": "IL", "egypt": "EG", "south africa": "ZA", "uganda": "UG", "greece": "GR",
    "poland": "PL", "polska": "PL", "czech republic": "CZ", "hungary": "HU", "romania": "RO",
    "croatia": "HR", "serbia": "RS", "slovenia": "SI", "estonia": "EE", "denmark": "DK",
    "danmark": "DK", "norway": "NO", "norge": "NO", "sweden": "SE", "sverige": "SE",
    "finland": "FI", "igo": "IGO",
}  # fmt: skip

_CC_NAME = (
    r"creative[\s-]?commons|کر[یئ]?ی[‌ ]?تیو کامنز|المشاع الإبداعي|知识共享|創用\s?cc|"
    r"クリエイティブ・?\s?コモンズ|크리에이티브\s?커먼즈"
)
_CC_CODE = r"(?<![\w-])cc(?:[\s-]{1,2}|:\s?)?by(?![a-z])"
# Plain words, in lower case, one of which is in whatever TRIGGER matches: looking for them is
# thirty times cheaper than the pattern, and most texts hold none.
_TRIGGER_WORDS = (
    "creative", "cc b", "cc-b", "cc  b", "cc: b", "cc:b", "cc0", "cc 0", "cc-0", "zero", "commons",
    "rights", "rechte", "droits", "derechos", "direitos", "diritti", "riservata", "prohibida",
    "права", "حقوق", "کامنز", "المشاع", "版权", "版權", "保留所有", "知识共享", "創用", "クリエ",
    "크리에", "転載", "전재", "prawa", "hakları", "rättigheter", "public domain", "public-domain",
    "gemeinfrei", "domaine public", "dominio p", "domínio p", "open government", "©", "(c)",
    "copy", "urheberrecht", "may not be",
)  # fmt: skip


def may_state_rights(text: str) -> bool:
    """Whether a text may hold a match of TRIGGER: a cheap look before the pattern."""
    lowered = text.lower()
    return any(word in lowered for word in _TRIGGER_WORDS)


# Only sentences with one of these are read.
TRIGGER = re.compile(
    rf"{_CC_NAME}|{_CC_CODE}|(?<![\w-])cc[- ]?(?:0|zero)(?![\w])|creativecommons\.org|"
    r"all rights reserved|alle rechten? (?:vorbehalten|voorbehouden)|"
    r"tous droits (?:de \w{1,20} )?réservés|"
    r"todos (?:los derechos|os direitos) reservados|tutti i diritti (?:sono )?riservati|"
    r"riproduzione riservata|reproducción prohibida|все права (?:защищены|сохранены)|"
    r"(?:تمام(?:ی)?|کلیه|همه)\s?[‌ ]?ی? حقوق|حقوق محفوظ|جميع الحقوق محفوظة|版权所有|版權所有|"
    r"保留所有(?:权利|權利)|禁無断転載|無断転載|무단\s?전재|wszelkie prawa zastrzeżone|"
    r"tüm hakları (?:saklıdır|mahfuzdur)|alla rättigheter|"
    r"public[- ]domain|gemeinfrei|domaine public|"
    r"dominio p[úu]b{1,2}lico|domínio público|open government licen[cs]e|"
    r"©|\(c\)\s|copyright|copyleft|urheberrecht|may not be (?:published|reproduced|copied)",
    re.IGNORECASE,
)
ALL_RIGHTS_WORDS = re.compile(
    r"all rights reserved|alle rechten? (?:vorbehalten|voorbehouden)|"
    r"tous droits (?:de \w{1,20} )?réservés|"
    r"todos (?:los derechos|os direitos) reservados|tutti i diritti (?:sono )?riservati|"
    r"riproduzione riservata|все права (?:защищены|сохранены)|"
    r"(?:تمام(?:ی)?|کلیه|همه)\s?[‌ ]?ی? حقوق[^.]{0,80}محفوظ|حقوق محفوظ|جميع الحقوق محفوظة|版权所有|"
    r"版權所有|保留所有(?:权利|權利)|禁無断転載|無断転載を?禁|무단\s?전재[^.]{0,20}금지|"
    r"wszelkie prawa zastrzeżone|tüm hakları (?:saklıdır|mahfuzdur)|alla rättigheter förbehåll|"
    r"may not be (?:published|reproduced|copied)",
    re.IGNORECASE,
)
PUBLIC_DOMAIN_WORDS = re.compile(
    r"(?:this|our|all|the|these)\b[^.]{0,60}\b(?:is|are)\s(?:in|part of|dedicated to)\s"
    r"the public domain|"
    r"(?:diese[rs]?|dieser)\s(?:text|artikel|werk|beitrag)\s[^.]{0,30}gemeinfrei|"
    r"(?:cet|ce|cette)\s(?:article|texte|œuvre)[^.]{0,30}domaine public",
    re.IGNORECASE,
)

CC_URL = re.compile(
    r"creativecommons\.org/(?:licen[cs]es/(?P<kind>[a-z]{2}(?:-[a-z]{2}){0,2}\+?)"
    r"(?:/(?P<version>\d\.\d)(?:/(?P<port>[a-z]{2}|igo|scotland)(?=[/?#\s\"'>)]|$))?)?|"
    r"(?:publicdomain|licenses)/(?P<public>zero|mark|certification|publicdomain))",
    re.IGNORECASE,
)
_NAME = re.compile(_CC_NAME, re.IGNORECASE)
_CODE = re.compile(
    rf"(?:{_CC_CODE}|(?:{_CC_NAME})[\s,:(-]{{1,3}}by(?![a-z]))"
    r"(?P<rest>(?:[\s-]{1,2}(?:nc|nd|sa)(?![a-z]))*)",
    re.IGNORECASE,
)
_CC0 = re.compile(
    rf"(?<![\w-])cc[- ]?(?:0|zero)(?!\w)|(?:{_CC_NAME})[\s-]{{1,2}}(?:zero|0)(?![.\d])",
    re.IGNORECASE,
)
_ELEMENTS = {name: re.compile(words, re.IGNORECASE) for name, words in CC_ELEMENTS.items()}
_VERSION = re.compile(r"(?<![\d.])(?P<version>[1-4]\.[05]|2\.1)(?![\d])(?!\.\d)")
_PORT_NAMES = "|".join(sorted(map(re.escape, CC_PORTS), key=len, reverse=True))
_PORT = re.compile(
    rf"[\s,(-]{{1,3}}(?:(?P<code>[A-Z]{{2}})(?![A-Za-z])|(?P<name>{_PORT_NAMES})(?!\w))",
    re.IGNORECASE,
)
_PORT_CODES = frozenset(CC_PORTS.values())
_SPDX_CC = re.compile(
    r"(?:LicenseRef-)?CC-(?P<kind>BY(?:-(?:NC|ND|SA)){0,2})(?:-(?P<version>\d\.\d))?(?:-(?P<port>[A-Z]{2,8}))?",
    re.IGNORECASE,
)
_OGL = re.compile(
    r"open government licen[cs]e\s?[,(]?\s?v?(?:ersion\s)?(?P<version>[123])\.0", re.IGNORECASE
)
# Same length before and after, so that spans stay true.
DASHES = {ord(dash): "-" for dash in "‐‑‒–—−－"}
_CC_WINDOW = 220


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody's word about the rights in a text.

    `spdx` is None where only the holder is named. `scope`: article, site, text-only or unknown.
    `source`: rel, json-ld, meta, text, link, registry or given. `span`: where the sentence stands
    in the text that was read.
    """

    spdx: str | None
    url: str | None
    scope: str
    source: str
    evidence: str
    holder: str | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class License:
    """A license as read from words: its SPDX id or LicenseRef, and its address."""

    spdx: str
    url: str | None


def parse_license(text: str) -> tuple[str, str | None] | None:
    """Read a license from its id, address or name: (SPDX id, URL of the license).

    None if it names no license that is known here; "CC BY 5.0", a version that does not exist,
    keeps its kind only. Wording is not judged: call it where a license is expected.
    """
    found = read_license(text[:2000].translate(DASHES))
    return (found.spdx, found.url) if found else None


def read_license(text: str) -> License | None:
    """Like `parse_license`, for a text in which dashes are hyphens already."""
    for read in (_from_url, _from_id, _from_cc0, _from_words, _from_ogl, _from_other_words):
        if found := read(text):
            return found
    return None


_KINDS_BY_ID = {
    ALL_RIGHTS_RESERVED: "ARR",
    PUBLIC_DOMAIN: "PD",
    CC_KIND_UNKNOWN: "CC",
    "CC0-1.0": "CC0",
    "CC-PDM-1.0": "PDM",
    "CC-PDDC": "PDM",
}


def kind_of(spdx: str) -> str:
    """The entry of RESTRICTIVENESS that a license belongs to."""
    if spdx in _KINDS_BY_ID:
        return _KINDS_BY_ID[spdx]
    match = _SPDX_CC.fullmatch(spdx)
    return match["kind"] if match and match["kind"] in RESTRICTIVENESS else "OTHER"


def version_and_port(spdx: str) -> tuple[str | None, str | None]:
    """Version and port of a Creative Commons id; None where it names none."""
    match = _SPDX_CC.fullmatch(spdx)
    return (match["version"], match["port"]) if match else (None, None)


def _from_url(text: str) -> License | None:
    match = CC_URL.search(text)
    if match is None:
        return None
    public = (match["public"] or "").lower()
    if public == "zero":
        return License("CC0-1.0", CC0_URL)
    if public == "mark":
        return License("CC-PDM-1.0", "https://creativecommons.org/publicdomain/mark/1.0/")
    if public:
        return License("CC-PDDC", "https://creativecommons.org/licenses/publicdomain/")
    elements = match["kind"].lower().rstrip("+").split("-")
    # Version 1.0 wrote "by-nd-nc" where later ones write "by-nc-nd".
    kind = "-".join(e.upper() for e in ("by", "nc", "nd", "sa") if e in elements)
    if not set(elements) <= {"by", "nc", "nd", "sa"}:
        return License(CC_KIND_UNKNOWN, None)
    return _cc(kind, match["version"], (match["port"] or "").upper() or None)


def _from_id(text: str) -> License | None:
    stripped = text.strip()
    if match := _SPDX_CC.fullmatch(stripped):
        return _cc(match["kind"].upper(), match["version"], (match["port"] or "").upper() or None)
    return License(stripped, None) if stripped in _KINDS_BY_ID else None


def _from_cc0(text: str) -> License | None:
    return License("CC0-1.0", CC0_URL) if _CC0.search(text) else None


def _from_ogl(text: str) -> License | None:
    match = _OGL.search(text)
    if match is None:
        return None
    version = match["version"]
    return License(f"OGL-UK-{version}.0", f"{OGL_URL}{version}/")


def _from_other_words(text: str) -> License | None:
    if ALL_RIGHTS_WORDS.search(text):
        return License(ALL_RIGHTS_RESERVED, None)
    return License(PUBLIC_DOMAIN, None) if PUBLIC_DOMAIN_WORDS.search(text) else None


def _from_words(text: str) -> License | None:
    """Creative Commons named in words or code, its elements and version behind the name."""
    code = _CODE.search(text)
    name = _NAME.search(text)
    if code is None and name is None:
        return None
    start = min(match.start() for match in (code, name) if match)
    window = text[start : start + _CC_WINDOW]
    if code is not None:
        elements = {"BY", *re.findall("NC|ND|SA", code["rest"].upper())}
    else:
        elements = {element for element, words in _ELEMENTS.items() if words.search(window)}
        # Some languages put the elements before the name: "лицензией Attribution 4.0 CC".
        if not elements:
            before = text[max(0, start - _CC_WINDOW) : start]
            elements = {element for element, words in _ELEMENTS.items() if words.search(before)}
    if not elements:
        return License(CC_KIND_UNKNOWN, None)
    if "ND" in elements:
        elements.discard("SA")
    kind = "-".join(e for e in ("BY", "NC", "ND", "SA") if e in elements or e == "BY")
    version = _VERSION.search(text, start) or _VERSION.search(text)
    port = None
    if version and (match := _PORT.match(text, version.end())):
        port = _port_code(match)
    return _cc(kind, version["version"] if version else None, port)


def _port_code(match: re.Match[str]) -> str | None:
    code = match["code"]
    if code:
        return code if code.isupper() and code in _PORT_CODES else None
    return CC_PORTS[match["name"].lower()]


def _cc(kind: str, version: str | None, port: str | None) -> License:
    if version not in CC_VERSIONS:
        return License(f"LicenseRef-CC-{kind}", None)
    if version == "4.0":  # has no ports
        port = None
    base = f"https://creativecommons.org/licenses/{kind.lower()}/{version}/"
    spdx = f"CC-{kind}-{version}"
    if port is None:
        known = kind in SPDX_KINDS and version != "2.1"
        return License(spdx if known else f"LicenseRef-{spdx}", base)
    ported = f"{spdx}-{port}"
    return License(
        ported if ported in SPDX_PORTS else f"LicenseRef-{ported}", f"{base}{port.lower()}/"
    )
