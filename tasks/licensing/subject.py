"""Whose license a sentence speaks of: that of its own text, or of photos, comments, other works.

The grammatical subject decides. "Photos in this article" are photos, "the headline of this article"
is a headline; "texts and photos" and "all content, photos included" are the text's own.
"""

from __future__ import annotations

import re

# Kinds of texts that a newsroom publishes, where "this" stands before them.
_THIS_PIECE = (
    r"\b(?:this|these|our)\b(?:\s[\w’'-]+){0,2}?\s(?:essays?|columns?|commentar(?:y|ies)|opinions?|op-eds?|editorials?|"
    r"analys[ie]s|features?|explainers?|interviews?|newsletters?|releases?|fact[\s-]?checks?|investigations?|dispatch(?:es)?|"
    r"briefings?|reviews?|obituar(?:y|ies)|profiles?|transcripts?|letters?|statements?|updates?|backgrounders?|translations?)\b|"
    r"\b(?:everything|anything|all)\s(?:that\s)?we\spublish\b|"
    r"\b(?:diese[rs]?|unsere?)\s(?:kommentar|essay|kolumne|analyse|reportage|meldung|nachricht|interview|bericht|"
    r"(?:presse)?mitteilung|recherche|porträt|rezension|glosse|newsletter|veröffentlichung|geschichte|"
    r"stellungnahme|gastbeitrag|dokument|gespräch|protokoll|feature|stück|publikation|leitartikel|übersetzung)\b|"
    r"\b(?:cet|cette|ce|notre)\s(?:tribune|enquête|dépêche|reportage|analyse|chronique|interview|entretien|billet|"
    r"éditorial|portrait|récit|publication|page|note|communiqué|newsletter|lettre|critique|histoire|travail|"
    r"document|contribution|brève|actualité|traduction)\b|"
    r"\best[ea]\s(?:noticia|crónica|reportaje|entrevista|columna|opinión|análisis|investigación|nota|pieza|"
    r"publicación|editorial|ensayo|comunicado|boletín|perfil|informe|trabajo|documento|material|entrada|historia|"
    r"notícia|reportagem|coluna|opinião|análise|investigação|matéria|ensaio|boletim|relatório|trabalho|história|"
    r"crônica|post|traducción|tradução)\b|"
    r"\bquest[oaei]\s(?:notizi[ae]|inchiest[ae]|intervist[ae]|analisi|opinione|editoriale|saggio|comunicato|reportage|"
    r"cronaca|storia|pezzo|rubrica|newsletter|pagin[ae]|pubblicazione|lavoro|nota|documento|materiale?i?|post|blog|traduzione)\b|"
    r"\b(?:dit|deze|onze)\s(?:bericht|verhaal|interview|column|analyse|opinie|reportage|essay|nieuwsbrief|persbericht|"
    r"publicatie|stuk|recensie|blog|pagina|bijdrage|vertaling)\b|"
    r"\b(?:эт(?:а|от|о|и)|данн\w{2})\s(?:публикаци|новост|заметк|колонк|интервью|репортаж|анализ|расследовани|эссе|"
    r"пресс-релиз|сообщени|обзор|пост|страниц|перевод)\w{0,3}\b|"
    r"این\s(?:یادداشت|گفت[\s\u200c]?و?گو|مصاحبه|تحلیل|صفحه)|"
    r"(?:هذا|هذه)\s(?:المقابلة|التحليل|التحقيق|العمود|البيان|الحوار|التدوينة|النشرة)|"
    r"本(?:报道|報道|新闻稿|新聞稿|专栏|專欄|访谈|訪談|社论|社論|稿|博客|推送)|"
    r"この(?:コラム|インタビュー|論説|社説|解説|レビュー|エッセイ|報道|リリース|プレスリリース|ニュースレター)"
)
# Words that name the whole text. At the sentence's start, or before the license's name.
OURSELVES = re.compile(
    rf"{_THIS_PIECE}|"
    r"\b(?:this|these|all|our|the|your?|any)\b(?:\s[\w’'-]+){0,3}?\s(?:content|contents|work|works|article|"
    r"articles|text|texts|story|stories|site|website|web\ssite|blog|page|pages|post|posts|material|"
    r"materials|news|report|reports|publication|publications|piece|document|journalism|reporting)\b|"
    r"^\W{0,3}(?:we|wir|nous|мы)\s(?:re)?(?:publish|licen[cs]e|release|veröffentlichen|publions|публикуем)\b|"
    r"^\W{0,3}(?:this\sis|dies\sist|das\sist)\s(?:(?:an?|ein|eine)\s)?$|"
    r"(?<![\w'’]\s)\b(?:text|content|contents|community\scontent|original\scontent|articles|stories|work)\s(?:is|are|"
    r"on|of|by|from|may|available|licensed|published|©)(?!\w)|"
    r"(?:except|unless|if\snot|wherever?)\s(?:where\s)?(?:otherwise|explicitly|specified|noted|stated)|"
    r"\b(?:inhalte?|texte|(?:der|diese[rmns]?|unser(?:e[nmrs])?)\stext(?:es)?|artikels?|beitr[aä]g(?:e[ns]?|s)?|arbeit|werke?s?|seite|website|blog|webseite)\b|"
    r"(?:this|all|our)\sinformation\s(?:is|on)|soweit\snicht\sanders|wenn\snicht\sanders|sofern\snicht\sanders|"
    r"\b(?:contenus?|articles?|textes?|œuvre|oeuvre|site|blog)\b|sauf\smention|"
    r"\b(?:contenidos?|art[íi]culos?|textos?|obra|sitio|p[áa]gina|web|publicaci[óo]n)\b|salvo\s(?:donde|que|"
    r"indicación|indicaci)|"
    r"\b(?:conteúdos?|artigos?|obra|página|publicaç\w+|matérias?|reportagem)\b|exceto\sonde|"
    r"(?:nuestros|estos)\sreportajes\b|"
    r"\b(?:contenuti|contenuto|articol[io]|test[io]|opera|sito)\b|"
    r"\b(?:inhoud|artikel(?:en)?|tekst(?:en)?|werk)\b|tenzij\sanders|"
    r"(?:материал|текст|содержание|содержимое|контент|стать[яи]|произведени|сайт)\w*|"
    r"محتوا|محتوای|مطالب|مطلب|نوشته|متن|مقاله|خبر|گزارش|سایت|وب‌?سایت|وبگاه|اثر|"
    r"محتو|المقال|النص|المادة|المواد|الموقع|المصنف|العمل|الصفحة|التقرير|الخبر|المنشور|القصة|المدونة|"
    r"本(?:作品|著作|文|站|网站|網站|页|頁|刊|報導|报道|新闻|新聞|記事|サイト)|文章|内容|內容|作品|当サイト|記事|コンテンツ|テキスト[はを]|"
    r"この(?:文書|サイト|ページ|ブログ|テキスト|ニュース|資料|投稿|レポート|ウェブ|ホームページ)|"
    r"이\s(?:글|기사|사이트|페이지|문서)|콘텐츠|저작물|작품",
    re.IGNORECASE,
)

# What is not the article's text.
_OTHER_WORKS = (
    r"\b(?:photos?|photographs?|photography|photographer|pictures?|images?|illustrations?|graphics?|"
    r"infographics?|animations?|videos?|footage|audio|music|podcasts?|maps?|logos?|icons?|fonts?|"
    r"software|source\scode|code|data|datasets?|database|figures?|charts?|headlines?|captions?|"
    r"comments?|subtitles?|untertitel|sous-titres|subtítulos|legendas|sottotitoli|user[-\s]generated|credits?|screenshots?|"
    r"typefaces?|emojis?|theme|template|plugins?|stylesheet|flickr|wikimedia|unsplash|pixabay|getty|"
    r"(?:f|ph)oto(?:s|credits?|nachweise?|quellen?|rechten?)?|fotografi\w+|"
    r"\w{0,20}bild(?:er|ern|s|nachweise?|quellen?|rechten?)?|abbildung\w*|(?:info)?grafik\w*|illustration\w*|"
    r"daten(?:satz|sätze|bank)?|diagramm\w*|karten?|schlagzeilen?|überschrift|(?<!dieser\s)kommentar(?:e|en|s)?|"
    r"quelle|quell(?:code|text)|schriftart|"
    r"photographies?|vidéos?|(?:info)?graphiques?|infographies?|données|commentaires?|logiciel|titres?|"
    r"imágene?s?|imagen|imagens|imagem|fotografías?|ilustraci(?:ón|ones)|v[íi]deos?|gráfic[oa]s?|"
    r"datos|código|comentarios?|titular(?:es)?|infografías?|mapas?|"
    r"ilustraç(?:ão|ões)|dados|comentários?|títulos?|infográficos?|"
    r"foto[s:]|immagin\w+|illustrazion[ei]|grafic[oi]|dati|codice|comment[oi]|titol[oi]|"
    r"afbeelding\w*|beeld\w*|illustraties?|grafiek(?:en)?|gegevens|broncode|reacties?|kop|kaart(?:en)?|lettertype|"
    r"фото\w*|изображени\w*|иллюстраци\w*|рисун\w*|видео\w*|инфографик\w*|график\w*|данны(?:е|х|ми)|"
    r"комментари\w*|программ\w*|исходн\w+\sкод\w*|заголов\w*|шрифт\w*)\b|"
    r"عکس|تصویر|تصاویر|ویدئو|ویدیو|فیلم|نمودار|داده[\s\u200c]?ها|مجموعه[\s\u200c]داده|نظرات|دیدگاه|"
    r"نرم[\s\u200c]?افزار|تیتر|کد\s(?:منبع|این)|اینفوگرافی|"
    r"(?<!\w)(?:ال)?(?:صور|صورة|فيديو|رسم|رسوم|بيانات|شيفرة|تعليقات|برنامج|برمجيات|عنوان|خريطة)(?!\w)|"
    r"图片|圖片|照片|插图|插圖|配图|配圖|图表|圖表|图像|圖像|视频|視頻|影片|音频|音訊|评论|評論|留言|数据|數據|"
    r"软件|軟體|标题|標題|地图|地圖|截图|代码|程式碼|原始碼|字体|"
    r"写真|画像|動画|映像|イラスト|図表|図版|グラフ|コメント|データ|ソフトウェア|ソースコード|見出し|地図|フォント|사진"
)
OTHER_WORK = re.compile(_OTHER_WORKS, re.IGNORECASE)

# The text and its parts in words of their own, whatever stands before them.
_PIECE = (
    r"(?:articles?|texts?|stor(?:y|ies)|pages?|(?:web\s?)?sites?|blogs?|posts?|portals?|works?|pieces?|"
    r"reports?|publications?|contents?|materials?|news|"
    r"artikeln?|beitr[aä]g(?:e|en)?|texten?|werke?|(?:web)?seiten?|inhalte?n?|"
    r"contenus?|textes|œuvres?|oeuvres?|contenidos?|art[íi]culos?|textos?|obras?|sitio|p[áa]ginas?|web|"
    r"publicaci[óo]n(?:es)?|notas?|conteúdos?|artigos?|sítio|matérias?|reportage[mn]s?|"
    r"contenut[oi]|articol[io]|test[io]|opera|sito|inhoud|artikelen|tekst(?:en)?|stuk|verhaal)"
)
_NOUNS = re.compile(
    rf"\b{_PIECE}\b|(?:материал|текст|содержани|содержимо|контент|стать|произведени|сайт)\w*|"
    r"متن|مطالب|محتوا|مقاله|خبر|گزارش|سایت|وبگاه|النص|المقال|المواد|المحتو|محتوي|الموقع|المصنف|"
    r"本(?:作品|著作|文|站|网站|網站|页|頁|刊|報導|报道|新闻|新聞)|文章|文字|内容|內容|作品|記事|当サイト|コンテンツ|テキスト[はを]",
    re.IGNORECASE,
)
# Other heads of what is licensed: "everything on this site", "published on this site".
_HEADS = re.compile(
    r"\b(?:everything|anything|all|journalism|reporting|information\w*|essays?|columns?|interviews?|"
    r"entries|l'ensemble|l'intégralité|la\stotalité|la\stotalidad|sämtliche|alles?|alle|tout|toutes?|tous|todos?|"
    r"todas?|tudo|tutt[oi]|tutte)\b|^\W{0,3}(?:(?:re)?published|licensed|released|available)\b",
    re.IGNORECASE,
)
# Where something is, or what it belongs to, not what it is: "on this site", "of this article".
_COMPLEMENT = re.compile(
    r"(?<=[\w)])\s(?:"
    r"(?:of|in|on|from|at|within|to|with|for|about|above|below|beside|alongside|accompanying|behind|"
    r"auf|zu|zum|zur|von|vom|im|aus|bei|unter|du|des|sur|dans|pour|à|au|del|sobre|al|para|"
    r"do|da|dos|no|na|nos(?!\s(?:articles|contenus|textes|pages|sites|blogs|publications)\b)|nas|ao|deste|desta|destes|destas|neste|nesta|"
    r"di|dei|degli|delle|della|nel|nella|su|sul|sulla|per|van|op|bij|uit|voor)\s"
    r"(?:(?:this|these|the|our|diese[mnrs]?|de[mnr]?|unsere[mnrs]?|cet?|cette|ces|l[ea]s?|notre|nos|"
    r"est[eao]s?|nuestr[oa]s?|el|los|noss[oa]s?|os?|as?|quest[oaei]|nostr[oaei]|dit|deze|het|onze|"
    rf"ons)\s|l'|quest')?{_PIECE}|"
    # "de" is an article in Dutch.
    r"(?:de|en|em)\s(?:(?:cet?|cette|ces|l[ea]s?|notre|nos|est[eao]s?|nuestr[oa]s?|los|noss[oa]s?)\s|l')"
    rf"{_PIECE}|"
    rf"(?:dell|nell|sull|all)'{_PIECE}|"
    # "des Hauses", not the French "des photos".
    r"(?:dieses|des|unseres)\s(?!(?:photo|image|illustration|graphi|infogra|comment|vid|dessin|carte|titre|"
    r"icône|logiciel))\w{3,20}s|unserer\s\w{3,20}|"
    r"(?:dieser|der)\s(?:(?:web)?seite|website|geschichte|publikation|reportage)|"
    r"(?:в|во|из|к|на|под)\s(?:эт\w{2,3}|данн\w{2,3}|наш\w{2,3})\s(?:стать|материал|текст|сайт)\w{0,3})\b"
    r"(?!['’]s\s)|"
    # "the website's design", "the study that this article quotes"
    rf"\b(?:this|the|our)\s{_PIECE}'s?\s(?!:)|"
    rf"(?<=\w)\s(?:that|which)\s(?:this|the|our)\s{_PIECE}\b(?!\s(?:is|are|may|can|has|have)\b)",
    re.IGNORECASE,
)
# The same in languages where it stands first.
_PLACE = re.compile(
    r"\b(?:on|of|in|from|at|within|auf|von|sur|de|en|op|van)\s(?:this|the|our|dieser|der|unserer|ce|cette|"
    r"notre|este|esta|deze|onze|dit)\s(?:web\s?)?(?:site|seite|page|blog|portal|página|pagina)\b|"
    r"\bна\s(?:этом\s|нашем\s)?сайте\b|\b(?:этого\s)?сайта\b|"
    r"این\s(?:سایت|وب‌?سایت|وبگاه)|(?:في\s)?هذا\sالموقع|"
    r"本(?:站|网站|網站|页面|頁面)(?:的|上的)?|(?:当|この)サイトの?",
    re.IGNORECASE,
)
# What is done with a text, or held in it, stands for it: "republication of this article".
_ACT = re.compile(
    r"\b(?:re-?use|use|republication|republishing|reproduction|redistribution|distribution|sharing|"
    r"copyright|rights|licen[sc]e|terms|lizenz|nutzung|weiterverwendung|weiterverbreitung|nachdruck|"
    r"reproducción|licencia|derechos|reprodução|licença|direitos|riproduzione|licenza|diritti|"
    r"licentie|hergebruik|overname)\b",
    re.IGNORECASE,
)
# What a statement leaves out: "Except for photos, all content is ...".
EXCEPTION = re.compile(
    r"\b(?:except|excluding|unless|other\sthan|apart\sfrom|with\sthe\sexception|if\snot|where\snot|"
    r"außer|ausgenommen|ausser|mit\sausnahme|soweit|sofern|wenn|falls|sauf|hormis|à\sl'exception|"
    r"salvo|excepto|a\smenos|si\sno|exceto|a\snão\sser|se\snão|eccetto|tranne|dove\snon|ove\snon|"
    r"se\snon|tenzij|behalve|uitgezonderd|если|кроме|за\sисключением)\b[^,;]{0,120}(?:[,;]|$)|"
    r"(?:مگر|به\u200c?\s?جز|بجز|باستثناء|ما\sعدا|ما\sلم)[^,;،]{0,120}[،,]|"
    r"(?:除|如无|若无|如無|若無)[^，,]{1,40}[，,]|[^、,，。]{0,40}(?:限り|場合を除き)[、,，]",
    re.IGNORECASE,
)
_AND = re.compile(
    r"[\s,、，/]{0,2}(?:and(?:/or)?|or|as\swell\sas|und|sowie|oder|et|y|e|ed|en|и|و|和|与|與|及|以及|や|と|"
    r"&|\+|/|、)?\s?و?(?:[\w’']{1,12}\s){0,2}",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r"(?:and|or|as\swell|und|sowie|oder|et|y|e|ed|en|и|و)(?!\w)|[和与與及やと&+/、,]", re.IGNORECASE
)
# Between a text and what belongs to it: "this website theme", "本文的图片".
_OWNED = re.compile(
    r"(?:['’]s?)?\s?|\s?(?:的|之|中的?|里的?|内的?|所[用附载含配]的?|の|内の|中の|で使用(?:した|している))\s?"
)

# Another work with a clause of its own: "pictures, which are", "whose data".
_WHICH = re.compile(
    r"(?:\s\w{2,20}){0,2}\s?,\s(?:which|that|die|das|der|welche\w?|qui|que|che|котор\w+)\s",
    re.IGNORECASE,
)
_WHOSE = re.compile(
    r",\s(?:whose|deren|dessen|dont\sl[ea]s?|cuy[ao]s?|cuj[ao]s?|waarvan\sde)\s$", re.IGNORECASE
)


def is_other_work(before: str) -> bool:
    """Whether the words before a license's name have another work than the text for a subject."""
    rest = EXCEPTION.sub(" ", before)
    if OTHER_WORK.search(rest) is None:
        return False
    rest = _PLACE.sub(" ", without_complements(rest))
    other = OTHER_WORK.search(rest)
    if other is None:
        return False
    after = None
    text = None
    for noun in _NOUNS.finditer(rest):
        if noun.start() >= other.end():
            after = noun
            break
        if noun.end() <= other.start():
            text = noun
    if text is not None:
        owned = _OWNED.fullmatch(rest, text.end(), other.start())
        clause = _WHICH.match(rest, other.end()) or _WHOSE.search(rest, text.end(), other.start())
        return bool(owned or clause)
    if after is None:
        return True
    for following in OTHER_WORK.finditer(rest, other.end(), after.start()):
        other = following
    return not _is_joined(rest[other.end() : after.start()])


def _is_joined(gap: str) -> bool:
    """Whether two nouns stand side by side: "photos and all texts", "data stories"."""
    joined = gap in {" ", "-"} or _JOINED.match(gap.lstrip())
    return bool(joined) and _AND.fullmatch(gap) is not None


def is_of_its_text(before: str) -> bool:
    """Whether the words before a license's name have the text itself for a subject."""
    rest = without_complements(before)
    if rest == before:
        return OURSELVES.search(before) is not None
    return any(words.search(rest) for words in (OURSELVES, _NOUNS, _HEADS))


def is_of_a_part(before: str) -> bool:
    """Whether the text is named only as what the subject belongs to: "the design of this site"."""
    rest = without_complements(before)
    return rest != before and not any(words.search(rest) for words in (OURSELVES, _NOUNS, _HEADS))


def without_complements(before: str) -> str:
    """The words without those that say where the subject is, or what it belongs to."""
    return _COMPLEMENT.sub("", _ACT.sub(":", before))
