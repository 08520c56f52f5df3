"""The language of a text, read and declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.language import ISO_639_1, Language, identify, parse_tag, warm

ENGLISH = (
    "The minister said on Sunday that the two countries would widen their trade, and that talks "
    "about the border would go on in the autumn, when a new government will have taken office. "
) * 2
PORTUGUESE = (
    "O ministro disse no domingo que os dois países vão ampliar o comércio e que as conversas "
    "sobre a fronteira continuam no outono, quando um novo governo tiver tomado posse. "
) * 2
NORWEGIAN = (
    "Statsministeren sa søndag at de to landene vil utvide handelen, og at samtalene om grensen "
    "fortsetter til høsten, når en ny regjering har tiltrådt. "
) * 2
# One invented sentence in many languages.
SENTENCES = {
    "en": (
        "The city council voted on Tuesday to keep the old swimming pool open, after "
        "more than two thousand people signed a petition."
    ),
    "de": (
        "Der Stadtrat stimmte am Dienstag dafür, das alte Schwimmbad offen zu halten, "
        "nachdem mehr als zweitausend Menschen unterschrieben hatten."
    ),
    "fr": (
        "Le conseil municipal a voté mardi le maintien de l’ancienne piscine, après "
        "que plus de deux mille personnes ont signé une pétition."
    ),
    "es": (
        "El ayuntamiento votó el martes mantener abierta la antigua piscina, después "
        "de que más de dos mil personas firmaran una petición."
    ),
    "pt": (
        "A câmara municipal votou na terça-feira pela manutenção da antiga piscina, "
        "depois de mais de duas mil pessoas terem assinado uma petição."
    ),
    "it": (
        "Il consiglio comunale ha votato martedì per tenere aperta la vecchia piscina, "
        "dopo che più di duemila persone avevano firmato una petizione."
    ),
    "nl": (
        "De gemeenteraad stemde dinsdag voor het openhouden van het oude zwembad, "
        "nadat meer dan tweeduizend mensen een petitie hadden getekend."
    ),
    "sv": (
        "Kommunfullmäktige röstade på tisdagen för att hålla det gamla badhuset öppet, "
        "sedan mer än tvåtusen människor skrivit under en namninsamling."
    ),
    "da": (
        "Byrådet stemte tirsdag for at holde den gamle svømmehal åben, efter at mere "
        "end to tusind mennesker havde skrevet under på en indsamling af navne."
    ),
    "fi": (
        "Kaupunginvaltuusto äänesti tiistaina vanhan uimahallin pitämisestä auki, "
        "kun yli kaksituhatta ihmistä oli allekirjoittanut vetoomuksen."
    ),
    "et": (
        "Linnavolikogu hääletas teisipäeval vana ujula lahtihoidmise poolt, pärast "
        "seda kui üle kahe tuhande inimese oli petitsioonile alla kirjutanud."
    ),
    "lv": (
        "Pilsētas dome otrdien nobalsoja par vecā peldbaseina saglabāšanu, pēc tam "
        "kad vairāk nekā divi tūkstoši cilvēku bija parakstījuši lūgumu."
    ),
    "lt": (
        "Miesto taryba antradienį nubalsavo už tai, kad senasis baseinas liktų atviras, "
        "po to, kai daugiau nei du tūkstančiai žmonių pasirašė prašymą."
    ),
    "pl": (
        "Rada miasta zagłosowała we wtorek za utrzymaniem starego basenu, po tym "
        "jak ponad dwa tysiące osób podpisało petycję w tej sprawie."
    ),
    "cs": (
        "Městské zastupitelstvo v úterý hlasovalo pro zachování starého bazénu poté, "
        "co petici podepsalo více než dva tisíce lidí z celého okolí."
    ),
    "hu": (
        "A városi tanács kedden megszavazta, hogy a régi uszoda nyitva maradjon, "
        "miután több mint kétezer ember írta alá a petíciót."
    ),
    "ro": (
        "Consiliul local a votat marți pentru păstrarea vechii piscine, după ce mai "
        "mult de două mii de oameni au semnat o petiție în acest sens."
    ),
    "tr": (
        "Belediye meclisi salı günü eski yüzme havuzunun açık kalması yönünde oy "
        "kullandı; iki binden fazla kişi bu konuda dilekçe imzalamıştı."
    ),
    "el": (
        "Το δημοτικό συμβούλιο ψήφισε την Τρίτη να μείνει ανοιχτό το παλιό κολυμβητήριο, "
        "αφού περισσότεροι από δύο χιλιάδες άνθρωποι υπέγραψαν."
    ),
    "ru": (
        "Городской совет проголосовал во вторник за сохранение старого бассейна после "
        "того, как более двух тысяч человек подписали обращение."
    ),
    "uk": (
        "Міська рада проголосувала у вівторок за збереження старого басейну після "
        "того, як понад дві тисячі людей підписали звернення."
    ),
    "bg": (
        "Общинският съвет гласува във вторник старият басейн да остане отворен, след "
        "като повече от две хиляди души подписаха петиция."
    ),
    "he": (
        "מועצת העיר הצביעה ביום שלישי בעד השארת הבריכה הישנה פתוחה, לאחר שיותר מאלפיים "
        "איש חתמו על עצומה בנושא זה."
    ),
    "ar": (
        "صوت مجلس المدينة يوم الثلاثاء لصالح إبقاء المسبح القديم مفتوحا، بعد أن وقع "
        "أكثر من ألفي شخص على عريضة بهذا الشأن."
    ),
    "fa": (
        "شورای شهر روز سه‌شنبه به باز ماندن استخر قدیمی رأی داد، پس از آنکه بیش از "
        "دو هزار نفر درخواستی را در این باره امضا کردند."
    ),
    "ur": (
        "شہری کونسل نے منگل کو پرانے تیراکی کے تالاب کو کھلا رکھنے کے حق میں ووٹ "
        "دیا، جب دو ہزار سے زیادہ لوگوں نے درخواست پر دستخط کیے تھے۔"
    ),
    "hi": (
        "नगर परिषद ने मंगलवार को पुराने तरणताल को खुला रखने के पक्ष में मतदान किया, "
        "जब दो हज़ार से अधिक लोगों ने याचिका पर हस्ताक्षर किए थे।"
    ),
    "bn": (
        "দুই হাজারের বেশি মানুষ একটি আবেদনে সই করার পর নগর পরিষদ মঙ্গলবার পুরোনো সাঁতারের "
        "পুকুরটি খোলা রাখার পক্ষে ভোট দিয়েছে।"
    ),
    "ta": (
        "இரண்டாயிரத்துக்கும் மேற்பட்ட மக்கள் மனுவில் கையெழுத்திட்ட பிறகு, பழைய நீச்சல் குளத்தைத் "
        "திறந்து வைக்க நகர மன்றம் செவ்வாயன்று வாக்களித்தது."
    ),
    "th": (
        "สภาเมืองลงมติเมื่อวันอังคารให้เปิดสระว่ายน้ำเก่าต่อไป หลังจากประชาชนมากกว่าสองพันคนร่วมลงชื่อในคำร้องเรื่องนี้"
    ),
    "vi": (
        "Hội đồng thành phố hôm thứ Ba đã bỏ phiếu giữ lại hồ bơi cũ, sau khi hơn "
        "hai nghìn người dân cùng ký vào một bản kiến nghị."
    ),
    "id": (
        "Dewan kota pada hari Selasa memutuskan bahwa kolam renang lama tetap dibuka, "
        "setelah lebih dari dua ribu orang menandatangani sebuah petisi."
    ),
    "zh": (
        "市议会星期二投票决定继续开放老游泳馆，此前已有两千多名市民在请愿书上签名"
        "，要求保留这座有五十年历史的建筑，并希望政府拨款修缮，让附近居民和学校的"
        "学生今后都能继续使用。"
    ),
    "ja": (
        "市議会は火曜日、二千人を超える市民が署名した請願を受けて、古い市民プール"
        "を今後も開けておくことを賛成多数で決めた。改修の費用については、来月の委"
        "員会で改めて話し合うことになっている。"
    ),
    "ko": (
        "시의회는 이천 명이 넘는 시민이 청원서에 서명한 뒤 화요일 표결에서 오래된"
        " 수영장을 계속 열어 두기로 결정했다. 수리 비용은 다음 달 위원회에서 다시"
        " 논의하기로 했다."
    ),
}
WITH_FOREIGN_WORDS = [
    (
        "de",
        (
            "„The pool stays open, and that is what matters to us“, sagte die Bürgermeisterin "
            "am Dienstag, nachdem der Stadtrat über das alte Schwimmbad abgestimmt hatte "
            "und viele Menschen vor dem Rathaus standen."
        ),
    ),
    (
        "fa",
        (
            "شرکت‌های Google و Microsoft روز سه‌شنبه در بیانیه‌ای مشترک گفتند که همکاری "
            "خود را با دانشگاه‌های این کشور در زمینه‌ی آموزش گسترش می‌دهند."
        ),
    ),
    (
        "ja",
        (
            "米Appleは火曜日、iPhoneの新しい機種を来月発売すると発表した。CEOのTim Cook氏"
            "は「これまでで最も優れた製品だ」と話している。"
        ),
    ),
    (
        "ru",
        (
            "Компания Apple представила во вторник новый iPhone; глава компании Tim Cook "
            "назвал его лучшим за всё время её существования."
        ),
    ),
    (
        "en",
        (
            "“Wir bleiben hier”, the mayor said in German on Tuesday, before she went "
            "on to explain in English why the council had voted for the old swimming "
            "pool."
        ),
    ),
]


def test_the_detector_is_believed_when_it_is_sure() -> None:
    found = identify(ENGLISH, "de-AT")
    assert found.code == "en"
    assert found.score is not None
    assert found.score > 0.95


def test_the_declared_language_is_believed_on_little_text() -> None:
    assert identify("Tor!", "de-AT").code == "de"


def test_the_declared_language_decides_among_relatives() -> None:
    assert identify(NORWEGIAN, "nb-NO").code == "nb"
    assert identify(PORTUGUESE, "gl").code == "gl"


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_one_sentence_is_enough_to_know_its_language(code: str, text: str) -> None:
    assert identify(text, None).code == code
    assert identify(text, code).code == code
    assert identify(text[:40], code).code == code


@pytest.mark.parametrize("code", sorted(SENTENCES.keys() - {"en"}))
def test_a_template_that_says_english_is_not_believed_of_other_languages(code: str) -> None:
    assert identify(SENTENCES[code], "en-US").code == code


@pytest.mark.parametrize(("code", "text"), WITH_FOREIGN_WORDS)
def test_quotations_and_names_in_another_language_change_nothing(code: str, text: str) -> None:
    assert identify(text, None).code == code
    assert identify(text[:80], code).code == code


def test_without_a_declaration_the_detector_decides() -> None:
    assert identify(PORTUGUESE, None).code == "pt"
    assert (
        identify("متن این خبر درباره‌ی گفت‌وگوهای دو کشور در تهران است و ادامه دارد. " * 3, None).code
        == "fa"
    )


@pytest.mark.parametrize("text", ["", "  \n", "12:30 — 4:1 (2:0)"])
def test_a_text_without_letters_has_the_declared_language_and_no_score(text: str) -> None:
    assert identify(text, "fa_IR") == Language("fa", None)
    assert identify(text, None) == Language(None, None)


def test_a_guess_is_no_language() -> None:
    assert identify("Ok", None) == Language(None, None)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de-AT", "de"), ("fa_IR", "fa"), ("EN", "en"), ("eng", "en"), ("iw", "he"), ("no", "no"),
        ("nb-NO", "nb"), ("zh-Hant-TW", "zh"), ("en,de", "en"), ("x-default", None), ("und", None),
        ("", None), (None, None), ("English", None),
    ],
)  # fmt: skip
def test_language_tags_are_read_as_pages_write_them(tag: str | None, code: str | None) -> None:
    assert parse_tag(tag) == code


@given(st.text(st.characters(exclude_categories=()), max_size=300), st.text(max_size=8))
def test_every_answer_is_an_iso_639_1_code_with_a_probability(text: str, tag: str) -> None:
    warm()
    found = identify(text, tag)
    assert found.code is None or found.code in ISO_639_1
    assert found.score is None or 0 <= found.score <= 1.000001
