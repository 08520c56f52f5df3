"""Tables of license wording, and the names of licenses read from them.

Every pattern is a plain alternation or bounded repetition, so that matching is linear. Languages:
English, German, French, Spanish, Portuguese, Italian, Dutch, Russian, Persian, Arabic, Chinese,
Japanese, and the Creative Commons terms of some more. Origin of the terms: the translated deeds at
creativecommons.org/licenses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.license_folding import fold

ALL_RIGHTS_RESERVED = "LicenseRef-AllRightsReserved"
PUBLIC_DOMAIN = "LicenseRef-PublicDomain"
CC_KIND_UNKNOWN = "LicenseRef-CC"
OGL_VERSION_UNKNOWN = "LicenseRef-OGL"
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
        r"اختیار|نسب المصنف|نَسب المُصنَّف|النسبة|نسبة المصنف|署名|姓名標示|表示|"
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
        r"sin[- ]?obras?[- ]?derivad|vedada a criação|non opere derivate|no opere derivate|"
        r"geen ?afgeleide ?werken|без производных|bez utworów zależnych|بدون اشتقاق|غیر اشتقاقی|"
        r"منع الاشتقاق|بلا اشتقاق|禁止演[绎繹]|禁止改作|改変禁止|변경\s?금지"
    ),
    "SA": (
        r"share-?\s?alike|weitergabe unter gleichen bedingungen|"
        r"partage (?:dans les mêmes conditions|des conditions initiales|à l[’']identique)|"
        r"compartir ?igual|compartilha ?igual|"
        r"partilha nos (?:mesmos termos|termos da mesma)|compartilhamento pela mesma|"
        r"condividi allo stesso modo|gelijk ?delen|"
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
    "finland": "FI", "igo": "IGO", "guatemala": "GT", "luxembourg": "LU", "macedonia": "MK",
    "malta": "MT", "puerto rico": "PR", "venezuela": "VE", "georgia": "GE", "armenia": "AM",
    "bulgaria": "BG",
}  # fmt: skip

_CC_NAME = (
    r"creative[\s-]?commons|کر[یئ\u200c ]{1,4}تیو[\s\u200c]کامنز|المشاع الإبداعي|知识共享|"
    r"創用\s?cc|クリエイティブ・?\s?コモンズ|크리에이티브\s?커먼즈"
)
_CC_CODE = r"(?<![\w-])cc(?:[\s-]{1,2}|:\s?)?by(?![a-z])"
_CC_ZERO = r"(?<![\w-])cc[- ]?(?:0|zero)(?!\w)"
_PUBLIC_DOMAIN = (
    r"public[- ]domain|gemeinfrei|domaine public|dominio p[úu]b{1,2}lico|domínio público|"
    r"pubblico dominio|publieke? domein|общественн\w{2,3} достояни|مالکیت عمومی|"
    r"المل(?:ك|كية) العام|公[有共][领領]域|パブリック・?\s?ドメイン|퍼블릭\s?도메인|"
    r"works? of the (?:u\.?s\.?|united states)(?: federal)? government"
)
_OTHER_NAMED = r"open government licen[cs]e|licence ouverte|datenlizenz deutschland"
_ALL_RIGHTS = (
    r"all rights reserved|alle rechten? (?:vorbehalten|voorbehouden)|"
    r"tous droits (?:de \w{1,20} )?réservés|"
    r"todos (?:los derechos|os direitos) reservados|reservados todos (?:los derechos|os direitos)|"
    r"tutti i diritti (?:sono )?riservati|riproduzione riservata|"
    r"все права (?:защищены|сохранены)|حقوق محفوظ|حقوق (?:النشر|الطبع|الملكية) محفوظ|"
    r"جميع الحقوق محفوظة|版权所有|版權所有|保留所有(?:权利|權利)|禁無断転載|"
    r"wszelkie prawa zastrzeżone|tüm hakları (?:saklıdır|mahfuzdur)|"
    r"may not be (?:published|reproduced|copied)"
)
# Plain words, in lower case, one of which is in whatever TRIGGER matches: looking for them is
# thirty times cheaper than the pattern, and most texts hold none.
_TRIGGER_WORDS = (
    "©", "copyr", "copyl", "rights res", "creative", "commons", "(c)", "ccb", "cc b", "cc-b",
    "cc  b", "cc -b", "cc- b", "cc: b", "cc:b", "cc0", "cc 0", "cc-0", "cczero", "cc zero",
    "cc-zero", "rechte", "droits", "reservad", "riservat", "prohibida", "prawa", "gemeinfrei",
    "domain", "dominio", "publiek", "open gov", "states gov", "federal gov", "us gov", "s. gov",
    ".s gov", "licence ouverte", "datenlizenz", "urheberrecht", "may not be",
    "права", "достояни", "domínio p", "hakları", "rättigheter", "حقوق", "کامنز", "المشاع", "عمومی",
    "الملك", "版权", "版權", "保留所有", "知识共享", "創用", "公有", "公共", "クリエ", "転載",
    "パブリック", "크리에", "전재", "퍼블릭",
)  # fmt: skip
_ASCII_TRIGGER_WORDS = tuple(word for word in _TRIGGER_WORDS if word.isascii())


def may_state_rights(text: str) -> bool:
    """Whether a folded text may hold a match of TRIGGER: a cheap look before the pattern."""
    lowered = text.lower()
    # Not any(): a generator takes three times as long.
    for word in _ASCII_TRIGGER_WORDS if lowered.isascii() else _TRIGGER_WORDS:
        if word in lowered:
            return True
    return False


# What names a license, and with the notices below: only sentences with one of these are read.
NAMES_LICENSE = re.compile(
    rf"{_CC_NAME}|{_CC_CODE}|{_CC_ZERO}|creativecommons\.org|{_PUBLIC_DOMAIN}|{_OTHER_NAMED}",
    re.IGNORECASE,
)
TRIGGER = re.compile(
    rf"{NAMES_LICENSE.pattern}|{_ALL_RIGHTS}|reproducción prohibida|"
    r"(?:تمام(?:ی)?|کلیه|همه)\s?[‌ ]?ی? حقوق|無断転載|무단\s?전재|alla rättigheter|"
    r"©|\(c\)\s|copyright|copyleft|urheberrecht",
    re.IGNORECASE,
)
ALL_RIGHTS_WORDS = re.compile(
    rf"{_ALL_RIGHTS}|(?:تمام(?:ی)?|کلیه|همه)\s?[‌ ]?ی? حقوق[^.]{{0,80}}محفوظ|"
    r"無断転載を?禁|무단\s?전재[^.]{0,20}금지|alla rättigheter förbehåll",
    re.IGNORECASE,
)
# Words that place a text in the public domain; merely speaking of the public domain does not.
PUBLIC_DOMAIN_WORDS = re.compile(
    r"\b(?:this|our|all|these|the (?:text|content|article)s?)\b[^.]{0,60}\b(?:is|are)\s(?:in|"
    r"part of|dedicated to|released into|placed in|considered to be in)\sthe public domain|"
    r"\b(?:this|our|all|these)\b[^.]{0,60}\b(?:is|are) (?:an? )?works? of the "
    r"(?:u\.?s\.?|united states)(?: federal)? government|"
    r"\b(?:diese[rs]?|alle)\s[^.]{0,60}gemeinfrei|"
    r"\b(?:cet|ce|cette|tous|ces)\s[^.]{0,60}\sdomaine public|"
    r"\b(?:est[ea]|tod[oa]s)\s[^.]{0,60}\s(?:dominio|domínio) público|"
    r"\b(?:quest['’oa]|tutti)\s?[^.]{0,60}\s(?:pubblico dominio|dominio pubblico)|"
    r"\b(?:dit|deze|alle)\s[^.]{0,60}\spublieke? domein|"
    r"\b(?:эт[аио]т?|данн\w{2}|все)\s[^.]{0,60}\sобщественн\w{2,3} достояни|"
    r"(?:این|همه|تمام)\s[^.]{0,60}مالکیت عمومی|(?:هذا|هذه|جميع)\s[^.]{0,60}المل(?:ك|كية) العام|"
    r"本[^。]{1,30}公[有共][领領]域|(?:この|本)[^。]{1,30}パブリック・?\s?ドメイン|"
    r"이\s[^.]{1,30}퍼블릭\s?도메인",
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
    rf"(?:{_CC_CODE}|(?:{_CC_NAME})(?:[\s-]?(?:lizenz|licen[sc]e|licencia|licença|licenza|licentie))?"
    r"[\s,:(\"„“-]{1,3}(?:(?-i:BY)(?![A-Za-z])|by(?=[\s-]{1,2}(?:nc|nd|sa)(?![a-z])|\s\d)))"
    r"(?P<rest>(?:[\s-]{1,2}(?:nc|nd|sa)(?![a-z]))*)",
    re.IGNORECASE,
)
_CC0 = re.compile(
    rf"{_CC_ZERO}|(?:{_CC_NAME})[\s-]{{1,2}}(?:zero|0)(?![.\d])",
    re.IGNORECASE,
)
_ELEMENTS = {name: re.compile(words, re.IGNORECASE) for name, words in CC_ELEMENTS.items()}
_VERSION = re.compile(r"(?<![\d.])(?P<version>[1-4]\.[05]|2\.1)(?![\d])(?!\.\d)")
_PORT_NAMES = "|".join(
    re.escape(name) + (r"(?!\w)" if name.isascii() or name[0].islower() else "")
    for name in sorted(CC_PORTS, key=len, reverse=True)
)
_PORT = re.compile(
    rf"[\s,(-]{{1,3}}(?:(?P<code>[A-Z]{{2}})(?![A-Za-z])|(?P<name>{_PORT_NAMES}))",
    re.IGNORECASE,
)
_PORT_CODES = frozenset(CC_PORTS.values())
_SPDX_CC = re.compile(
    r"(?:LicenseRef-)?CC-(?P<kind>BY(?:-(?:NC|ND|SA)){0,2})(?:-(?P<version>\d\.\d))?(?:-(?P<port>[A-Z]{2,8}))?",
    re.IGNORECASE,
)
_OGL = re.compile(
    r"open government licen[cs]e(?P<canada>[\s,(-]{1,4}canada)?\s?[,(]?\s?v?(?:ersion\s)?"
    r"(?:(?P<version>[123])\.0)?",
    re.IGNORECASE,
)
_OTHER_LICENSES = (
    (
        re.compile(r"licence ouverte.{0,40}2\.0", re.IGNORECASE),
        "etalab-2.0",
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    ),
    (
        re.compile(r"datenlizenz deutschland.{0,5}namensnennung.{0,14}2\.0", re.IGNORECASE),
        "DL-DE-BY-2.0",
        "https://www.govdata.de/dl-de/by-2-0",
    ),
    (
        re.compile(r"datenlizenz deutschland.{0,5}zero.{0,14}2\.0", re.IGNORECASE),
        "DL-DE-ZERO-2.0",
        "https://www.govdata.de/dl-de/zero-2-0",
    ),
    (
        re.compile(r"public[- ]domain mark", re.IGNORECASE),
        "CC-PDM-1.0",
        "https://creativecommons.org/publicdomain/mark/1.0/",
    ),
)
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
    found = read_license(fold(text[:2000]).text)
    return (found.spdx, found.url) if found else None


def read_license(text: str) -> License | None:
    """Like `parse_license`, for a text that is folded already."""
    for read in (_from_url, _from_id, _from_cc0, _from_table, _from_words, _from_ogl, read_notice):
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


def _from_table(text: str) -> License | None:
    named = (License(spdx, url) for form, spdx, url in _OTHER_LICENSES if form.search(text))
    return next(named, None)


def _from_ogl(text: str) -> License | None:
    match = _OGL.search(text)
    if match is None:
        return None
    if match["canada"]:
        return License("OGL-Canada-2.0", "https://open.canada.ca/en/open-government-licence-canada")
    version = match["version"]
    if version is None:
        return License(OGL_VERSION_UNKNOWN, None)
    return License(f"OGL-UK-{version}.0", f"{OGL_URL}{version}/")


def read_notice(text: str) -> License | None:
    """Like `read_license`, for a text that names no license: reserved rights, public domain."""
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
    if version == "4.0" or port not in _PORT_CODES:  # 4.0 has no ports
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
