"""Creative Commons licenses, read from their addresses, ids, codes and names in many languages.

Origin of the terms: the translated deeds at creativecommons.org/licenses.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.licensing.statements import License
from tasks.licensing.words import CC_CODE, CC_NAME, CC_ZERO

CC_KIND_UNKNOWN = "LicenseRef-CC"
CC0_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
PDM_URL = "https://creativecommons.org/publicdomain/mark/1.0/"
PDDC_URL = "https://creativecommons.org/licenses/publicdomain/"
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

CC_URL = re.compile(
    # At the start of an address: not within another's, nor in the name of another host.
    r"(?<![A-Za-z0-9_.=/?&%@-])(?:https?://|(?<!:)//)?(?:www\.)?creativecommons\.org/(?:licen[cs]es/(?P<kind>[a-z]{2}(?:-[a-z]{2}){0,2}\+?)"
    r"(?:/(?P<version>\d\.\d)(?:/(?P<port>[a-z]{2}|igo|scotland)(?=[/?#\s\"'>)]|$))?)?|"
    r"(?:publicdomain|licenses)/(?P<public>zero|mark|certification|publicdomain))",
    re.IGNORECASE,
)
_NAME = re.compile(CC_NAME, re.IGNORECASE)
_CODE = re.compile(
    rf"(?:{CC_CODE}|(?:{CC_NAME})(?:[\s-]?(?:lizenz|licen[sc]e|licencia|licença|licenza|licentie))?"
    r"[\s,:(\"„“-]{1,3}(?:(?-i:BY)(?![A-Za-z])|by(?=[\s-]{1,2}(?:nc|nd|sa)(?![a-z])|\s\d\.\d)))"
    r"(?P<rest>(?:[\s(/,+-]{1,3}(?:nc|nd|sa)(?![a-z])\)?)*)",
    re.IGNORECASE,
)
_CC0 = re.compile(
    rf"{CC_ZERO}|(?:{CC_NAME})[\s-]{{1,2}}(?:zero|0)(?![.\d])",
    re.IGNORECASE,
)
_ELEMENTS = {name: re.compile(words, re.IGNORECASE) for name, words in CC_ELEMENTS.items()}
_ALL_ELEMENTS = re.compile(
    rf"(?:(?:{'|'.join(CC_ELEMENTS.values())}|international|generic|unported|[1-4]\.[05]|2\.1)\w{{0,12}}+[\s,(/-]*+)++",
    re.IGNORECASE,
)
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
_CLAUSE_END = re.compile(r"[;。；\n]|[.!?]\s(?=[^a-z])|©")
_ANY_USE = re.compile(
    r"commercial\s(?:and|or|as\swell\sas)\snon|commercial\s(?:and|or|as\swell\sas)\scommercial",
    re.IGNORECASE,
)
_WINDOW = 220  # characters about a name in which its elements stand
_REMEMBERED = 1000  # ids; a lake has few


def read_url(text: str) -> License | None:
    """The license of the first address at creativecommons.org; without a kind, `LicenseRef-CC`."""
    match = CC_URL.search(text)
    if match is None:
        return None
    public = (match["public"] or "").lower()
    if public == "zero":
        return License("CC0-1.0", CC0_URL)
    if public == "mark":
        return License("CC-PDM-1.0", PDM_URL)
    if public:
        return License("CC-PDDC", PDDC_URL)
    elements = match["kind"].lower().rstrip("+").split("-")
    # Version 1.0 wrote "by-nd-nc" where later ones write "by-nc-nd".
    kind = "-".join(e.upper() for e in ("by", "nc", "nd", "sa") if e in elements)
    if not set(elements) <= {"by", "nc", "nd", "sa"}:
        return License(CC_KIND_UNKNOWN, None)
    return _cc(kind, match["version"], (match["port"] or "").upper() or None)


def read_id(text: str) -> License | None:
    """The license of a text that is nothing but an id, such as `CC-BY-SA-3.0-DE`."""
    match = _SPDX_CC.fullmatch(text.strip())
    if match is None:
        return None
    return _cc(match["kind"].upper(), match["version"], (match["port"] or "").upper() or None)


def read_cc0(text: str) -> License | None:
    """CC0, where a text names it."""
    return License("CC0-1.0", CC0_URL) if _CC0.search(text) else None


def is_all_elements(before: str) -> bool:
    """Whether the words before a name are those of a license: "Attribution 4.0 (CC BY 4.0)"."""
    return bool(before) and _ALL_ELEMENTS.fullmatch(before[:_WINDOW]) is not None


def read_name(text: str) -> License | None:
    """Creative Commons named in words or code, its elements and version behind the name."""
    code = _CODE.search(text)
    name = _NAME.search(text)
    if code is None and name is None:
        return None
    start = min(match.start() for match in (code, name) if match)
    window = text[start : start + _WINDOW]
    if code is not None:
        elements = {"BY", *re.findall("NC|ND|SA", code["rest"].upper())}
    else:
        elements = {element for element, words in _ELEMENTS.items() if words.search(window)}
        # Some languages put the elements before the name: "лицензией Attribution 4.0 CC".
        if not elements:
            before = text[max(0, start - _WINDOW) : start]
            elements = {element for element, words in _ELEMENTS.items() if words.search(before)}
    if not elements:
        return License(CC_KIND_UNKNOWN, None)
    if code is None and "ND" in elements:
        elements.discard("SA")
    kind = "-".join(e for e in ("BY", "NC", "ND", "SA") if e in elements or e == "BY")
    version = _VERSION.search(text, start) or _VERSION.search(text)
    port = None
    if version and (match := _PORT.match(text, version.end())):
        port = _port_code(match)
    return _cc(kind, version["version"] if version else None, port)


@lru_cache(maxsize=_REMEMBERED)
def parts_of(spdx: str) -> tuple[str | None, str | None, str | None]:
    """Kind ("BY-SA"), version and port of a Creative Commons id; None where it names none."""
    match = _SPDX_CC.fullmatch(spdx)
    return (match["kind"], match["version"], match["port"]) if match else (None, None, None)


def _port_code(match: re.Match[str]) -> str | None:
    code = match["code"]
    if code:
        return code if code.isupper() and code in _PORT_CODES else None
    return CC_PORTS[match["name"].lower()]


def words_behind(text: str) -> str:
    """What follows the first address or code of a license."""
    match = CC_URL.search(text) or _CODE.search(text)
    return text[match.end() :] if match else ""


def with_restrictions(found: License, behind: str) -> License:
    """A license with the conditions that the words behind it add: "CC BY 4.0, non-commercial".

    Where the words contradict the name, the more restrictive license is the one to obey.
    """
    kind, version, port = parts_of(found.spdx)
    if kind is None:
        return found
    behind = _CLAUSE_END.split(behind[:_WINDOW], maxsplit=1)[0]
    added = {
        element
        for element in ("NC", "ND")
        if element not in kind and _ELEMENTS[element].search(behind)
    }
    if "NC" in added and _ANY_USE.search(behind):
        added.remove("NC")
    if not added:
        return found
    elements = added.union(kind.split("-")) - ({"SA"} if "ND" in added else set())
    return _cc("-".join(e for e in ("BY", "NC", "ND", "SA") if e in elements), version, port)


def _cc(kind: str, version: str | None, port: str | None) -> License:
    if {"ND", "SA"} <= set(kind.split("-")):
        return License(CC_KIND_UNKNOWN, None)  # what forbids changes needs no terms for them
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
