"""Language of a text: what the detector reads in it, weighed against what the page declares."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# The detector is linear in the text (0.4 ms per 1,000 characters) and sure after a few hundred.
SAMPLE_CHARACTERS = 1_000
# Where it and the page agree on so few, the rest of the sample would say the same.
FIRST_LOOK_CHARACTERS = 300
SURE = 0.95
SURE_FROM_CHARACTERS = 200
# On less text a declaration is disbelieved only where it is out of the question, as where a
# template says `en` over Persian. Quotations and names do not get there: of 35 languages' sentences
# of 12 to 200 characters, the least for a true declaration was 2e-5.
OUT_OF_THE_QUESTION = 1e-6
WEIGHED_FROM_BYTES = 20  # of UTF-8: eight Chinese characters say more than eight Latin ones
# Below this the best of 150 languages is a guess: better no language than a wrong one.
GUESS = 0.3

# ISO 639-1, as of the code tables of the Library of Congress (184 codes).
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb "
    "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om "
    "or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw "
    "ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh "
    "zu"
)
ISO_639_1 = frozenset(_CODES.split())
# Declared codes that mean one of these: withdrawn ones, ISO 639-2 and -3, and the detector's.
_SYNONYMS = {
    "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "sr",
    "ara": "ar", "arb": "ar", "ary": "ar", "arz": "ar", "bul": "bg", "cat": "ca", "ces": "cs",
    "chi": "zh", "cmn": "zh", "cze": "cs", "dan": "da", "deu": "de", "dut": "nl", "ell": "el",
    "eng": "en", "fas": "fa", "fil": "tl", "fin": "fi", "fra": "fr", "fre": "fr", "ger": "de",
    "gre": "el", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "ind": "id", "ita": "it",
    "jpn": "ja", "kor": "ko", "msa": "ms", "nld": "nl", "nob": "nb", "nor": "no", "per": "fa",
    "pes": "fa", "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro", "rus": "ru", "spa": "es",
    "srp": "sr", "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "urd": "ur", "uzs": "uz",
    "vie": "vi", "wuu": "zh", "yue": "zh", "zho": "zh",
}  # fmt: skip
# Languages that the detector confuses on sound text of any length: the declaration decides.
_RELATIVES = (
    frozenset({"no", "nb", "nn", "da"}),
    frozenset({"id", "ms"}),
    frozenset({"hr", "sr", "bs"}),
    frozenset({"cs", "sk"}),
    frozenset({"gl", "pt", "es"}),
)
_LETTER = re.compile(r"[^\W\d_]")
_TAG_END = re.compile(r"[-_,;\s]")


@dataclass(frozen=True, slots=True)
class Language:
    """ISO 639-1 code, None if unknown; the detector's probability of it, None if not asked."""

    code: str | None
    score: float | None


def warm() -> None:
    """Load the model now (0.6 s, once a process) rather than with the first article."""
    _identifier()


def identify(text: str, declared: str | None) -> Language:
    """Identify a text's language.

    The detector decides where it is sure on enough text, or where it rules the declared language
    out; the page's declaration decides elsewhere, and among close relatives.

    Args:
        text: The article's text; its first 1,000 characters are read, fewer where 300 do.
        declared: A language tag as pages write it, such as `de-AT`, `fa_IR` or `eng`.
    """
    code = parse_tag(declared)
    sample = text[:SAMPLE_CHARACTERS]
    if not _LETTER.search(sample):
        return Language(code, None)
    if code is not None and (first_score := _scores(text[:FIRST_LOOK_CHARACTERS])[code]) > SURE:
        return Language(code, first_score)
    scores = _scores(sample)
    detected = max(scores, key=scores.__getitem__)
    sure = scores[detected] > SURE and len(sample) >= SURE_FROM_CHARACTERS
    if code is not None and len(sample.encode(errors="replace")) >= WEIGHED_FROM_BYTES:
        sure = sure or scores.get(code, 1.0) < OUT_OF_THE_QUESTION
    if code is None and scores[detected] < GUESS:
        return Language(None, None)
    if code is None or detected == code or (sure and not _are_relatives(code, detected)):
        return Language(detected, scores[detected])
    return Language(code, scores.get(code))


def parse_tag(tag: str | None) -> str | None:
    """ISO 639-1 code of a language tag; None where there is none, as for `x-default`."""
    if not tag:
        return None
    primary = _TAG_END.split(tag.strip().lower(), maxsplit=1)[0]
    code = _SYNONYMS.get(primary, primary)
    return code if code in ISO_639_1 else None


def _scores(sample: str) -> dict[str, float]:
    """Probabilities by ISO 639-1 code; what the detector knows beyond these is left out."""
    scores = defaultdict[str, float](float)
    for label, score in _identifier().rank(sample):
        code = _SYNONYMS.get(label, label)
        if code in ISO_639_1:
            # Sums of 32-bit floats may pass 1 by a hair.
            scores[code] = min(1.0, scores[code] + float(score))
    return scores


def _are_relatives(one: str, other: str) -> bool:
    return any(one in group and other in group for group in _RELATIVES)


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
