"""Sentences that name a license without granting it: denied, to come, reported, somebody else's."""

from __future__ import annotations

import re

from tasks.licensing.subject import EXCEPTION

# Somebody talks about a license instead of granting one.
REPORTED = re.compile(
    r"\b(?:said|says|told|according\sto|announced|argued|explained|would|could|should|might|had|"
    r"(?<!this\sarticle\s)(?<!this\sstory\s)(?<!this\stext\s)(?<!this\spiece\s)(?<!this\spost\s)"
    r"(?<!this\sreport\s)(?<!this\sfeature\s)(?<!this\sanalysis\s)(?<!this\scommentary\s)(?<!this\sinterview\s)"
    r"was(?!\s(?:originally|first)\s(?:re)?published)|"
    r"this\s(?:article|story|text|piece|post|report|feature|analysis|commentary|interview)\swas\s"
    r"(?!(?:\w+\s)?(?:(?:re)?publish|(?:re)?post|releas|licen|shar|distribut|made|produced|written))|were|demand(?:s|ed)?|urge[sd]?|warn(?:s|ed)?|"
    r"(?<!we\s)say|no\slonger|whether|if\syou|how\sto|licen[sc]es\s(?:have|are|were|allow|permit|exist)|"
    r"sagte|erklärte|betonte|laut|würde|werde|seien|standen|(?-i:stand)\sunter|"
    r"(?<!dieser\sartikel\s)(?<!dieser\stext\s)(?<!dieser\sbeitrag\s)(?<!der\sartikel\s)"
    r"(?<!der\stext\s)(?<!der\sbeitrag\s)(?<!dieses\swerk\s)wurde|"
    r"dijo|señaló|anunció|afirmó|explicó|aseguró|declaró|estaban|"
    r"según(?!\s(?:los\st[ée]rminos|las?\s(?:licencia|condicion)))|"
    r"selon(?!\sl[ea]s?\s(?:termes|conditions|licence|modalités))|étai(?:t|ent)|"
    r"a\s(?:déclaré|annoncé|expliqué|affirmé|rappelé)|"
    r"disse|afirmou|anunciou|explicou|declarou|informou|estavam|"
    r"segundo(?!\s(?:os\stermos|as?\s(?:licença|condiç)))|"
    r"secondo(?!\s(?:i\stermini|la\slicenza|le\scondizioni))|"
    r"ha\s(?:detto|annunciato|spiegato|dichiarato|affermato)|"
    r"volgens(?!\sde\s(?:licentie|voorwaarden))|aldus|zei|stonden|"
    r"(?<!dit\sartikel\s)(?<!dit\sverhaal\s)(?<!deze\stekst\s)werd|"
    r"сказал\w*|сообщил\w*|заявил\w*|отметил\w*|напомнил\w*|подчеркнул\w*|рассказал\w*|пояснил\w*|говорится|по\sсловам|"
    r"گفت|به\sگفته|اعلام\sکرد|و?قالت?|أعلن\w*|بحسب)\b|"
    r"(?:表示|说|說|称|稱|指出)[，,:：]|宣布|写道|寫道|とは何|と(?:明らかに|伝え|指摘し|述べ|発表|語っ|話し|書かれ|説明し|報じ)|라고\s",
    re.IGNORECASE,
)
# Not yet.
_TO_COME = re.compile(
    r"\b(?:will|shall|künftig|zukünftig|ab\s(?:dem\s)?\d+|ser(?:a|ont)|zal|zullen|voortaan|"
    r"estar[áãa]o?n?|ser[áã]o?n?|sarà|saranno|будут|будет|خواهد|خواهند|"
    r"(?!(?:pod|dev|deb))(?-i:[a-zà-ÿ]{2,20}(?:[aei]rán?|[aei]rão|[aei]rà|[aei]ranno))|"
    r"س[يت](?:كون|نشر|تاح|رخص|صبح)\w*)\b|[将將](?=采用|採用|以|于|於|在|会|會|按)|予定",
    re.IGNORECASE,
)
# Before a license's name: it is not granted, or only for what is older. Not the names of a
# license's own conditions, such as "non commercial".
_DENIED = re.compile(
    r"\b(?:not(?!-|\s(?:only|for[\s-]profit|otherwise))|never|cannot|neither|nor|none|"
    r"no\s(?:part|contents?|texts?|articles?|stor(?:y|ies)|works?|materials?|piece|page|post|one|longer)|"
    r"published\s(?:before|until|prior)|"
    r"nicht(?!\s(?:anders|ausdrücklich\sanders)|[\s-]?kommerz)|"
    r"kein\w{0,2}(?!\s(?:bearbeitung|kommerz|ableit))|niemals|weder|"
    r"ne\s\w+|n'\s?(?:est|a|ont|y|en)|aucune?|"
    r"ya\sno|no\s(?:se|est[áa]n?|es|son|ha|han|fue|fueron|puede[n]?|tienen?|deben?)|"
    r"ning[úu]n[ao]?|tampoco|nunca|jam[áa]s|não(?![\s-]?comerc)|nenhum\w?|nem|"
    r"non(?=\s)(?!\s(?:commerc|oper|diversamente|altrimenti|profit))|nessun\w?|"
    r"niet(?![\s-]?(?:commerc|anders))|geen(?!\s?afgeleide)|nooit|noch|"
    r"не(?!\s(?:указан|оговорен|отмечен|сказан|коммерч))|ни|нельзя|никогда)\b|n't\b|"
    r"هیچ|(?<!\w)(?:غير\s(?:مرخص|متاح|منشور|خاضع)|ليست?\s|لا\s[يت]|لن\s|لم\s(?!يذكر|يرد|ينص))|"
    r"不(?:再|采用|採用|适用|適用|以|在|得|可|能|受|会|會|按|使用)|[并並]非|没有|沒有|未(?:以|采用|採用|按)",
    re.IGNORECASE,
)
# Behind it.
_DENIED_LATE = re.compile(
    r"\bنیست|نمی[\s\u200c]?(?:شو|باش|گیر)|نشده(?!\sباشد)|(?<!\w)ندار|"
    r"ではありません|ではない|(?:いません|いない|れません|できません|できない|されない)(?!限り|場合|もの)"
)
# Before it: what a text is about.
_EXPLAINED = re.compile(
    r"\b(?:explain(?:s|ing)?|discuss(?:es|ing)?|describ(?:es|ing)|examin(?:es|ing)|explor(?:es|ing)|"
    r"compar(?:es|ing)|such\sas|what|erklärt|beschreibt|vergleicht|wie\setwa|explique|décrit|compare|telles?\sque|"
    r"explica|describe|compara|tales?\s(?:como|come)|descreve|spiega|descrive|confronta|beschrijft|"
    r"vergelijkt|zoals|объясняет|описывает|сравнивает|таки[ех]\sкак|"
    # What has to be, and what new rules say.
    r"must|has\sto|have\sto|muss|müssen|soll(?:en)?|doit|doivent|debe[n]?|deve[m]?|devono|moet(?:en)?|должн\w{1,2}|"
    r"by\s(?:submitting|posting|uploading|contributing|commenting)|you\sagree|indem\ssie|"
    r"en\s(?:publiant|soumettant)|(?:al|ao)\s(?:enviar|publicar|comentar)|"
    r"(?:is|was)\sabout|new\s(?:policy|rules?|law|agreement|deal|strategy))\b|توضیح|یشرح|يشرح|تشرح|مثل\s|介绍了|介紹了|讨论了|"
    r"解释了|について(?:説明|解説)",
    re.IGNORECASE,
)
# Before it: another's work, unless it is the license that is used.
_USED = re.compile(
    r"(?<=\w)\s(?:uses|using|runs\son|contains?|includes|incorporates|cites|quotes|(?:is|are|,)?\s?based\son|"
    r"draws\son|adapted\sfrom|verwendet|nutzt|enthält|basier\w{1,3}\sauf|beruh\w{1,3}\sauf|"
    r"utilise|contient|(?:est|sont)\sbasée?s?\ssur|s'appuie\ssur|"
    r"utiliza|contiene|se\sbasan?\sen|(?:está|es)\sbasad[oa]\sen|contém|baseia-se|é\sbasead[oa]|"
    r"si\sbasa\ssu|è\sbasat[oa]\ssu|gebruikt|bevat|(?:is\s)?gebaseerd\sop|"
    r"использует|содержит|основан\w*\sна)\s"
    r"(?!(?:\w{1,4}\s)?(?:creative|cc[\s-]|li[czs]en|лиценз))|"
    r"بر\sاساس|استناد|基于|基於|に基づ",
    re.IGNORECASE,
)
# The text of another publication: "all articles in the journal are ...".
_OF_ANOTHER = re.compile(
    r"\b(?:of|in|on|by)\sthe\s(?:journal|magazine|review|broadcaster|newspaper|platform|encyclopa?edia|archive|"
    r"repository|museum|library|book|collection|exhibition|university|ministry|commission)\b|"
    r"\b(?:der|des)\s(?:zeitschrift|plattform|zeitung|magazins|senders?|enzyklopädie|buch(?:e?s)|sammlung|ausstellung)\b|"
    r"\bde\sla\s(?:revue|revista|plateforme|plataforma)\b|\bdu\s(?:journal|magazine|musée|livre)\b|"
    r"\bda\s(?:revista|plataforma)\b|\bdella\s(?:rivista|piattaforma)\b|\bvan\shet\s(?:tijdschrift|museum|boek)\b|"
    r"\b(?:журнала|газеты|платформы|музея|книги)\b",
    re.IGNORECASE,
)
# Somebody else's text: "Wikipedia's text is ...", "Its articles are ...".
_NOT_OURS = re.compile(
    r"adapted\sfrom\s(?!.{0,200}republished)|"
    r"the\s(?!(?:site|website|blog|page|portal|author|article|story)\b)\w{2,30}['’]s\s(?:contents?|articles|texts|stories)\b|"
    r"(?:该|該)(?:刊|报|報|网|網|站|杂志|雜誌|书|書)|同(?:誌|紙|社|サイト|校)の|.{0,200}(?:wikipédia|википеди|ویکی[\s\u200c]?پدیا|维基百科|維基百科|ウィキペディア)|"
    r"(?:the\s)?(?-i:[A-Z])[\w.-]{1,40}['’]s\s|(?:its|their|his|her)\s|.{0,200}\bwikipedia\b",
    re.IGNORECASE,
)
# "Example News publishes all its stories under ...", unless the sentence speaks of itself before.
_THEIRS = re.compile(
    r"\b(?:(?:its|their|his|her|ihre|seine|ses|leurs|sus|seus|suas|(?:i\s)?suoi|haar|zijn)"
    r"\s(?:\w{2,20}\s)?"
    r"(?:contents?|articles?|texts?|stories|works?|reports?|news|posts?|materials?|inhalte|texte|artikel|"
    r"beiträge|contenus|textes|contenidos|artículos|textos|conteúdos|artigos|contenuti|articoli|testi|"
    r"artikelen|teksten)|свои\s(?:стать|материал|текст)\w*)\b|(?:مطالب|مقالات|محتوای)\sخود|"
    r"其(?:所有)?(?:文章|内容|內容)|自社の(?:記事|コンテンツ)",
    re.IGNORECASE,
)
_ITSELF = re.compile(
    r"\b(?:this|these|our|we|diese\w?|unser\w{0,2}|wir|cet?|cette|nos|notre|est[ea]|nuestr\w+|noss\w+|"
    r"quest\w+|nostr\w+|dit|deze|onze|мы|наш\w*|эт\w+)\b|این|هذا|本|この|当",
    re.IGNORECASE,
)
_QUOTATIONS = (("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"), ("『", "』"))
QUOTES = "\"'“”„«»‘’「『"


def denies(before: str) -> bool:
    """Whether the words before a license's name say that it is not granted."""
    return _DENIED.search(EXCEPTION.sub(" ", before)) is not None


def is_not_granted(before: str, sentence: str) -> bool:
    """Whether a sentence only speaks of the license that it names, or of another's work under it.

    Args:
        before: The sentence up to the license's name.
        sentence: All of it, folded.
    """
    if REPORTED.search(sentence) or _NOT_OURS.match(sentence) or _is_quoted(before):
        return True
    if denies(before) or _DENIED_LATE.search(sentence) or _TO_COME.search(sentence):
        return True
    if _EXPLAINED.search(before) or _OF_ANOTHER.search(before):
        return True
    used = _USED.search(sentence)
    if used and used.start() < len(before):
        return True
    theirs = _THEIRS.search(before)
    return theirs is not None and _ITSELF.search(before, 0, theirs.start()) is None


def _is_quoted(before: str) -> bool:
    """Whether a quotation is open where the words end; the name of a license may be in quotes."""
    before = before.rstrip(f" ({QUOTES}")
    return any(before.rfind(opening) > before.rfind(closing) for opening, closing in _QUOTATIONS)
