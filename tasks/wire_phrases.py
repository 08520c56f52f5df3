"""Tables for what agencies send along with a text: how such lines begin, and words within them.

All in lower case, and looked up without regard to case, unless a table says otherwise.
"""

from __future__ import annotations

# Words that introduce the author's name in a line of its own.
BYLINE_WORDS = (
    "by", "von", "par", "por", "di", "da", "door", "av", "af", "od", "от", "text:", "autor:",
    "автор:",
)  # fmt: skip
# What joins authors' names.
NAME_JOINERS = ("and", "und", "et", "y", "e", "en", "och", "og", "и", "&", "with", "mit")

# What authors are, in the line below their names.
AUTHORS_ROLES = frozenset(
    ("writer", "reporter", "correspondent", "editor", "columnist", "contributor", "journalist",
     "redakteur", "redakteurin", "korrespondent", "korrespondentin", "autor", "autorin",
     "correspondant", "correspondante", "journaliste", "corresponsal", "redactor", "redactora",
     "periodista", "correspondente", "repórter", "corrispondente", "redacteur", "verslaggever",
     "корреспондент", "обозреватель")
)  # fmt: skip

# End marks in a paragraph of their own, with spaces taken out. Not a bare "30", "more" or
# "fine", which a text may have alone on a line.
END_MARKS = frozenset(
    ("-30-", "–30–", "—30—", "#30#", "--30--", "###", "##", "#", "-end-", "(end)", "end",
     "ends", "(ends)", "-ends-", "--end--", "–ende–", "-ende-", "ende", "(ende)", "fin",
     "(fin)", "-fin-", "fim", "(fim)", "(fine)", "-0-", "xxx", "***", "*",
     "(schluss)", "enditem", "(完)", "（完）", "完", "(了)", "（了）", "конец", "پایان", "انتهی",
     "(انتهى)", "انتهایپیام", "انتهایپیام/", "/انتهایپیام")
)  # fmt: skip
# Marks that a text goes on, on the next page of paper or screen, with spaces taken out.
PAGE_MARKS = frozenset(
    ("(more)", "-more-", "--more--", "–more–", "—more—", "(mehr)", "-mehr-", "(folgt)",
     "(suite)", "(àsuivre)", "(sigue)", "(continúa)", "(continua)", "(segue)",
     "(продолжениеследует)", "(ادامهدارد)", "(يتبع)", "(未完)", "（未完）", "(待续)", "（待续）",
     "(続く)", "（続く）")
)  # fmt: skip

# What begins a line with an address for journalists; a colon follows.
CONTACT_OPENINGS = (
    "media contact", "media contacts", "press contact", "press contacts", "contact", "contacts",
    "media inquiries", "media enquiries", "press office", "pressekontakt", "kontakt",
    "rückfragen an", "rückfragehinweis", "contact presse", "contacts presse", "contacto de prensa",
    "contacto", "contato", "contato para a imprensa", "contatti", "contatti stampa",
    "ufficio stampa", "perscontact", "контакты", "контакт для прессы", "basın iletişim",
)  # fmt: skip

# Credits: what introduces those who reported, and so are the authors where no byline names them...
REPORTER_OPENINGS = (
    "reporting by", "reporting and writing by", "writing and reporting by", "bericht von",
    "reportage de", "reportage par", "reporte de", "reportaje de", "reportagem de",
    "reportagem por", "reportage di",
)  # fmt: skip
# ...and those who did something else, or gave material.
OTHER_CREDIT_OPENINGS = (
    "additional reporting by", "additional reporting from", "with additional reporting by",
    "with additional reporting from", "with reporting by", "with reporting from", "reporting from",
    "writing by", "editing by", "writing and editing by", "edited by", "compiled by",
    "compiled and edited by", "translated by", "translation by", "graphic by", "graphics by",
    "with files from", "with inputs from", "with input from", "with material from",
    "mit material von", "mit material der", "mit material des", "mit informationen von",
    "mit informationen der", "mitarbeit:", "unter mitarbeit von", "redigiert von",
    "geschrieben von", "bearbeitet von", "übersetzt von", "zusätzliche berichte von", "rédigé par",
    "édité par", "avec la contribution de", "avec la collaboration de", "version française",
    "traduit par", "redacción de", "información de", "con información de", "con informaciones de",
    "con datos de", "con material de", "editado por", "editado en español por", "edición de",
    "escrito por", "traducido por", "traducción de", "reporte adicional de",
    "reportes adicionales de", "com informações de", "com informações da", "com informações do",
    "com informações das", "edição de", "reportagem adicional de", "redação de", "tradução de",
    "traduzido por", "a cura di", "tradotto da", "editing di", "ha collaborato",
    "hanno collaborato", "con informazioni di", "con fonte", "redazione di", "met medewerking van",
    "bewerkt door", "подготовил", "подготовила", "подготовили", "при участии", "редактор",
    "редакторы", "репортаж", "перевел", "перевела", "перевод",
)  # fmt: skip
# ...or did so, in parentheses only: "Editing Shakespeare" is a heading.
BRACKETED_CREDIT_OPENINGS = ("editing",)
# ...and what names nobody, or only an agency.
CLOSED_CREDITS = (
    "with agencies", "with agency inputs", "mit agenturen", "mit agenturmaterial", "avec agences",
    "avec les agences", "avec des agences", "avec afp", "avec l'afp", "avec ap", "avec reuters",
    "con agencias", "com agências", "com agência", "con agenzie",
)  # fmt: skip
# Words in lower case that stand between the names of a credit. A verb is not among them: "Reporting
# by Reuters found that" is a sentence.
_CREDIT_WORDS = """
    in at for from with by and of on the to as a an its
    additional reporting writing editing edited compiled translated translation graphic
    graphics files input inputs material newsroom newsrooms bureau bureaus bureaux desk
    staff agency agencies reporter reporters writer writers correspondent correspondents
    journalist journalists researcher researchers photographer editor editors
    mit in aus und von der des dem den die beim bei agenturen agentur material
    informationen redigiert geschrieben bearbeitet übersetzt unter mitarbeit bericht
    à a au aux de du des et en par pour avec la le les l' dans rédigé édité version
    française agences contribution collaboration reportage traduit bureau
    de del desde en con y e por para la las los el agencias información redacción editado
    edición español escrito traducido reporte reportes adicional adicionales reportaje
    em na no nas nos da do das dos com e por agências informações reportagem edição
    redação tradução traduzido
    di da a al alla dalla dal nella redazione editing tradotto cura con fonte ha hanno
    collaborato informazioni
    met medewerking van bewerkt door
    в и на из при участии с для от редактор редакторы перевел перевела перевод
    подготовил подготовила подготовили репортаж
"""
CREDIT_WORDS = frozenset(_CREDIT_WORDS.split())
# Who contributed, in the same words for all, at the end of such a line.
CONTRIBUTED = (
    "contributed to this report", "contributed to this story", "contributed to this article",
    "contributed reporting", "contributed additional reporting", "contributed from",
    "contributed to this dispatch", "haben zu diesem bericht beigetragen",
    "hat zu diesem bericht beigetragen", "ont contribué à cet article", "a contribué à cet article",
    "contribuyó a este reporte", "contribuyeron a este reporte", "contribuyó con este reporte",
    "contribuyeron con este reporte", "contribuyó a este despacho", "contribuyeron a este despacho",
    "contribuyó a este informe", "contribuyeron a este informe", "contribuiu para esta reportagem",
    "contribuíram para esta reportagem",
)  # fmt: skip

# Headings of what is for editors only and goes to the end of the text. Not "editor's note", which
# is by editors and for readers.
NOTE_HEADINGS = (
    "note to editors", "notes to editors", "note to editor", "notes to editor", "notes for editors",
    "note for editors", "notes for newsrooms", "hinweis an die redaktion",
    "hinweis an die redaktionen", "hinweise an die redaktion", "hinweise an die redaktionen",
    "hinweis für die redaktion", "hinweis für die redaktionen", "hinweise für die redaktion",
    "hinweise für die redaktionen", "hinweis für redaktionen", "hinweise für redaktionen",
    "redaktioneller hinweis", "redaktionelle hinweise", "anmerkung für die redaktion", "notizblock",
    "dpa-notizblock", "note aux rédactions", "notes aux rédactions", "note aux rédacteurs",
    "note à la rédaction", "note aux éditeurs", "notes aux éditeurs", "notes aux rédacteurs",
    "nota a los editores", "notas a los editores", "nota para los editores",
    "notas para los editores", "nota a las redacciones", "nota para editores",
    "notas para editores", "nota aos editores", "notas aos editores", "nota para os editores",
    "notas para os editores", "nota à redação", "nota às redações", "nota per i redattori",
    "note per i redattori", "nota alle redazioni", "note alle redazioni", "nota per le redazioni",
    "note per le redazioni", "nota per gli editori", "note per gli editori",
    "noot voor de redactie", "niet voor publicatie", "nicht zur veröffentlichung",
    "примечание для редакторов", "примечания для редакторов", "примечание для редакций",
    "к сведению редакторов", "к сведению редакций", "ملاحظة للمحررين", "ملاحظات للمحررين", "致编辑",
    "编辑注意", "編集者への注記",
)  # fmt: skip

# Lines at the head that say when, and whether at all, the text may be published. A time of day
# or a date in figures must follow.
EMBARGO_OPENINGS = (
    "embargoed until", "embargoed till", "embargoed to", "embargoed for",
    "strictly embargoed until", "strictly embargoed to", "under embargo until",
    "under strict embargo until", "strict embargo until", "embargo until", "not for release before",
    "not for release until", "not for publication before", "not for publication until",
    "not for publication or broadcast before", "hold for release until", "hold for release",
    "sperrfrist", "sperrvermerk", "gesperrt bis", "sous embargo jusqu'au", "sous embargo jusqu'à",
    "embargo jusqu'au", "embargo jusqu'à", "embargado hasta", "bajo embargo hasta", "embargo hasta",
    "embargado até", "sob embargo até", "embargo até", "embargo fino", "sotto embargo fino",
    "embargo tot", "onder embargo tot", "эмбарго до", "не для публикации до", "не публиковать до",
    "محظور النشر حتى", "禁止发布至",
)  # fmt: skip
# Whole lines: a release, and how it may be used. A date may follow those that free it.
RELEASE_LINES = (
    "for immediate release", "for immediate publication", "for immediate use",
    "zur sofortigen veröffentlichung", "zur veröffentlichung frei", "frei zur veröffentlichung",
    "pour diffusion immédiate", "pour publication immédiate", "para publicación inmediata",
    "para difusión inmediata", "para su publicación inmediata", "para divulgação imediata",
    "para publicação imediata", "per diffusione immediata", "per pubblicazione immediata",
    "voor onmiddellijke publicatie", "для немедленной публикации", "للنشر الفوري",
    "برای انتشار فوری", "即时发布", "立即发布", "即時發佈", "報道関係者各位", "press release",
    "news release",
    "media release", "media advisory", "media alert", "pressemitteilung", "presseinformation",
    "medienmitteilung", "presseaussendung", "communiqué de presse", "comunicado de prensa",
    "nota de prensa", "comunicado de imprensa", "nota à imprensa", "comunicato stampa",
    "persbericht", "пресс-релиз", "بيان صحفي", "新闻稿", "プレスリリース",
)  # fmt: skip
# Words to editors, as written: case tells "EDS:" from a sentence.
EDITOR_CALLS = (
    "EDS", "Eds", "Eds.", "ATTENTION EDITORS", "ATTN EDITORS", "ATTN. EDITORS", "Attention editors",
    "Attention Editors", "ACHTUNG REDAKTIONEN", "Achtung Redaktionen", "An die Redaktionen",
    "ATTENTION REDACTIONS", "ATTENTION RÉDACTIONS", "À l'attention des rédactions",
    "A l'attention des rédactions", "ATENCIÓN EDITORES", "Atención editores",
    "ATENCIÓN REDACCIONES", "Atención redacciones", "ATENÇÃO EDITORES", "Atenção editores",
    "ATTENZIONE REDAZIONI", "Attenzione redazioni", "ВНИМАНИЮ РЕДАКЦИЙ", "Вниманию редакций",
    "ВНИМАНИЮ РЕДАКТОРОВ", "Вниманию редакторов",
)  # fmt: skip
# What a new version says of itself: first words of a line in parentheses...
UPDATE_OPENINGS = (
    "adds", "updates", "recasts", "rewrites", "refiles", "releads", "repeats", "writes through",
    "removes", "deletes", "inserts", "new throughout", "includes optional",
    "optional trims", "clarifies", "neu", "aktualisiert",
    "aktualisierung", "ergänzt", "zusammenfassung", "wiederholung", "actualise", "actualisé",
    "actualisation", "ajoute", "répétition", "actualiza", "actualización", "añade", "agrega",
    "amplía", "atualiza", "acrescenta", "aggiorna", "aggiunge", "обновлено", "добавлены",
    "добавлена", "дополнено", "повтор",
)  # fmt: skip
# ...and of a line without, if it names a paragraph or has no words but those below.
BARE_UPDATE_OPENINGS = (
    "adds", "updates with", "updates throughout", "recasts", "rewrites", "refiles", "releads",
    "writes through", "new throughout",
)  # fmt: skip
UPDATE_WORDS = frozenset(
    ("adds", "analyst", "and", "background", "byline", "comment", "comments", "context", "dateline",
     "detail", "details", "from", "graf", "grafs", "graphic", "headline", "in", "lead", "link",
     "links", "para", "paragraph", "paragraphs", "paras", "photo", "photos", "quote", "quotes",
     "reaction", "slug", "spelling", "throughout", "with")
)  # fmt: skip
# What is said of an earlier version's mistakes: first words of a line in parentheses...
CORRECTION_OPENINGS = (
    "corrects", "correcting", "corrected", "correction", "berichtigt", "berichtigung", "korrigiert",
    "korrektur", "corrige", "corrigé", "correctif", "rectifie", "rectificatif", "corregido",
    "corrección", "corrigido", "correção", "corregge", "corretto", "correzione", "исправлено",
    "исправлена", "исправляет", "исправлены", "исправление",
)  # fmt: skip
# ...or labels before a colon, where one of the words below shows that a correction follows: a
# kicker "Correction:" before a sentence looks the same.
CORRECTION_LABELS = (
    "correction", "corrections", "corrected", "clarification", "eds note", "eds. note", "eds' note",
    "editor's note", "editors' note", "editors note", "berichtigung", "korrektur",
    "richtigstellung", "rectificatif", "correctif", "corrección", "fe de errata", "fe de erratas",
    "rectificación", "correção", "errata", "errata corrige", "rettifica", "correzione",
    "исправление", "поправка", "уточнение",
)  # fmt: skip
CORRECTION_WORDS = (
    "earlier version", "previous version", "in an earlier", "originally mis", "originally said",
    "originally stated", "originally gave", "originally made", "originally named",
    "originally referred", "originally identified", "corrects", "to correct", "misspell",
    "misstated", "misidentified", "erroneously", "incorrectly", "spelling of", "früheren version",
    "früheren fassung", "vorherigen version", "vorherigen fassung", "ursprünglichen version",
    "ursprünglichen fassung", "berichtigt", "korrigiert:", "richtig heißt", "richtig ist",
    "muss es richtig", "muss richtig", "im ersten absatz", "version précédente",
    "version antérieure", "première version", "bien lire", "versión anterior", "versión previa",
    "por error", "versão anterior", "incorretamente", "versione precedente", "erroneamente",
    "предыдущей версии", "ранней версии", "ошибочно",
)  # fmt: skip

# Alone on their line: how urgent a text is.
URGENCY_LINES = (
    "urgent", "bulletin", "flash", "alert", "news alert", "snap", "eil", "eilmeldung",
    "dpa-eilmeldung", "urgente", "urgence", "avance", "última hora", "срочно", "молния", "عاجل",
    "فوری", "快讯", "速報", "急电",
)  # fmt: skip
