"""Datelines: how many are found, and how many of those found are right.

    python -m benchmarks.datelines

The first set are first lines of publishers' pages (`datelines.tsv` of the corpus), the second is
written for this benchmark after the house styles of the world's agencies. A dateline is right if
place, date and agency are all as they should be.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from expectations.records import Wire
from tasks.wire import NO_WIRE, find_dateline

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "datelines.tsv"
TARGET = 0.95


@dataclass(frozen=True, slots=True)
class Case:
    """The beginning of an article, and its dateline; NO_WIRE if it has none."""

    lead: str
    wire: Wire


@dataclass(frozen=True, slots=True)
class Row:
    """A measure over `count` cases."""

    measure: str
    count: int
    value: float
    target: float | None


def dateline_rows() -> tuple[list[Row], list[str]]:
    """Measure both sets.

    Returns:
        Precision and recall of each set, and a line for each case that is not as it should be.
        Without the corpus, the written set alone.
    """
    sets = {"written": read_written()}
    if CORPUS.exists():
        sets = {"publishers": read_corpus(), **sets}
    rows: list[Row] = []
    misses: list[str] = []
    for name, cases in sets.items():
        answers = [(case, find_dateline(case.lead)) for case in cases]
        found = [(case, answer) for case, answer in answers if answer != NO_WIRE]
        expected = [(case, answer) for case, answer in answers if case.wire != NO_WIRE]
        rows += [
            Row(f"datelines, {name}: precision", len(found), _share_right(found), TARGET),
            Row(f"datelines, {name}: recall", len(expected), _share_right(expected), TARGET),
        ]
        misses += [
            f"{case.lead!r}: {_shown(answer)} instead of {_shown(case.wire)}"
            for case, answer in answers
            if answer != case.wire
        ]
    return rows, misses


def read_corpus() -> list[Case]:
    """The labelled first lines of publishers' pages."""
    with CORPUS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [_case(row["lead"], row["city"], row["date"], row["agency"]) for row in rows]


def read_written() -> list[Case]:
    """The cases below: lead, place, date and agency, or a lead alone."""
    lines = (line for line in (*_DATELINES.splitlines(), *_OTHERS.splitlines()) if line)
    return [_case(*line.split("|")) for line in lines]


def _case(lead: str, place: str = "", date: str = "", agency: str = "") -> Case:
    wire = Wire(dateline_place=place or None, dateline_date=date or None, agency=agency or None)
    return Case(lead, wire)


def _share_right(answers: Iterable[tuple[Case, Wire]]) -> float:
    right = [answer == case.wire for case, answer in answers]
    return sum(right) / len(right) if right else 1.0


def _shown(wire: Wire) -> str:
    parts = (wire.dateline_place, wire.dateline_date, wire.agency)
    return " / ".join(part or "-" for part in parts)


_DATELINES = """
LONDON (AP) — The government said|LONDON||AP
NAIROBI, Kenya (AP) — Police fired|NAIROBI||AP
ST. PAUL, Minn. (AP) — Lawmakers|ST. PAUL||AP
COEUR D'ALENE, Idaho (AP) — A fire|COEUR D'ALENE||AP
WASHINGTON, Jan 5 (Reuters) - The U.S.|WASHINGTON|Jan 5|Reuters
BENGALURU/LONDON, Sept 30 (Reuters) - Gold|BENGALURU/LONDON|Sept 30|Reuters
UNITED NATIONS, Feb. 3 (Xinhua) -- The|UNITED NATIONS|Feb. 3|Xinhua
GENEVA, 12 May 2024 (WAM) -- The|GENEVA|12 May 2024|WAM
Paris (AFP) – French voters|Paris||AFP
Washington, May 12, 2024 (AFP) - The|Washington|May 12, 2024|AFP
New Delhi, Nov 19 (PTI) The Supreme Court|New Delhi|Nov 19|PTI
MANILA, Philippines — Senators|MANILA||
GANNET ROCK, Sept. 2 (Coastal Wire) - Edmund|GANNET ROCK|Sept. 2|Coastal Wire
BISMARCK, N.D. (North Dakota Monitor) — The|BISMARCK||North Dakota Monitor
SAN JOSE, Calif. (Bay City News) - Firefighters|SAN JOSE||Bay City News
NEW YORK, May 12, 2024 /PRNewswire/ -- Example|NEW YORK|May 12, 2024|PRNewswire
SAN FRANCISCO--(BUSINESS WIRE)--Example Corp.|SAN FRANCISCO||BUSINESS WIRE
TORONTO, May 12, 2024 (GLOBE NEWSWIRE) -- Example|TORONTO|May 12, 2024|GLOBE NEWSWIRE
CANBERRA -- The prime minister|CANBERRA||
OTTAWA — Ministers agreed|OTTAWA||
KARACHI: The stock exchange|KARACHI||
LAGOS, Nigeria — Traders|LAGOS||
JOHANNESBURG. The court ruled|JOHANNESBURG||
(CNN) — The storm|||CNN
(Reuters) - Oil prices|||Reuters
May 12 (Reuters) - Shares||May 12|Reuters
BOISE, Idaho (KTVB) - Two people|BOISE||KTVB
HARARE, May 12 (New Ziana) - The|HARARE|May 12|New Ziana
PORT-AU-PRINCE, Haiti (AP) — Gangs|PORT-AU-PRINCE||AP
ISLAMABAD, Nov 5 (APP): Prime Minister|ISLAMABAD|Nov 5|APP
KABUL (Pajhwok): The acting|KABUL||Pajhwok
Halle (Saale) (dpa/sa) - Die|Halle (Saale)||dpa/sa
（東京 5日 ロイター） - 日本|東京|5日|ロイター
中新网11月5日电 国务院||11月5日|中新网
PARIS, le 5 novembre 2024 - Exemple|PARIS|5 novembre 2024|
(BPT) - Holiday season|||BPT
YANGON (Mizzima) — The|YANGON||Mizzima
MILWAUKEE — The city council voted|MILWAUKEE||
NEAR KUPIANSK, Ukraine (AP) — Soldiers|NEAR KUPIANSK||AP
MOSCOW, November 5. /TASS/. Russian|MOSCOW|November 5|TASS
Madrid, 5 nov (EFE).- El Gobierno|Madrid|5 nov|EFE
Oslo (NTB): Regjeringen|Oslo||NTB
Berlin (dpa) - Der Bundestag|Berlin||dpa
Berlin/Paris (dpa) – Die Minister|Berlin/Paris||dpa
Frankfurt am Main (dpa/lhe) - Die Polizei|Frankfurt am Main||dpa/lhe
Wien (APA) - Der Nationalrat|Wien||APA
Bern (sda) - Der Bundesrat|Bern||sda
München, 12. Mai (epd) - Die Synode|München|12. Mai|epd
Köln, 3. März 2024 (KNA) Der Bischof|Köln|3. März 2024|KNA
BERLIN - Der Bundestag|BERLIN||
WIEN. Die Regierung|WIEN||
Brüssel (dpa-AFX) - Die EU|Brüssel||dpa-AFX
Düsseldorf (ots) - Nach Angaben|Düsseldorf||ots
Paris, 12 mai 2024 (AFP) - Le président|Paris|12 mai 2024|AFP
PARIS (Reuters) - Le gouvernement|PARIS||Reuters
Montréal (La Presse Canadienne) — Le|Montréal||La Presse Canadienne
DAKAR, 12 mai (APS) - Le ministre|DAKAR|12 mai|APS
BRUXELLES (Belga) - Le parlement|BRUXELLES||Belga
ALGER - Le président|ALGER||
Madrid, 19 nov (EFE).- El Gobierno|Madrid|19 nov|EFE
MADRID, 19 Nov. (EUROPA PRESS) - El Congreso|MADRID|19 Nov|EUROPA PRESS
MADRID 19 Nov. (EUROPA PRESS) - El Congreso|MADRID|19 Nov|EUROPA PRESS
Buenos Aires, 3 de mayo (Télam).- El|Buenos Aires|3 de mayo|Télam
La Habana, 12 may (Prensa Latina) El presidente|La Habana|12 may|Prensa Latina
CIUDAD DE MÉXICO (AP) — El presidente|CIUDAD DE MÉXICO||AP
BOGOTÁ, Colombia.- El gobierno|BOGOTÁ||
Lima, 12 may. (Andina).- El|Lima|12 may|Andina
SANTIAGO (Reuters) - El banco central|SANTIAGO||Reuters
Lisboa, 12 mai 2024 (Lusa) – O primeiro-ministro|Lisboa|12 mai 2024|Lusa
SÃO PAULO (Reuters) - O dólar|SÃO PAULO||Reuters
BRASÍLIA – O ministro|BRASÍLIA||
Luanda, 12 de maio (ANGOP) - O presidente|Luanda|12 de maio|ANGOP
(ANSA) - ROMA, 12 MAG - Il governo|ROMA|12 MAG|ANSA
Roma, 12 mag. (askanews) - Il presidente|Roma|12 mag|askanews
Roma, 12 mag. (Adnkronos) - Il presidente|Roma|12 mag|Adnkronos
(AGI) - Roma, 12 mag. - Il presidente|Roma|12 mag|AGI
ROMA (ITALPRESS) - La Nazionale|ROMA||ITALPRESS
МОСКВА, 5 апр — РИА Новости. Россия|МОСКВА|5 апр|РИА Новости
МОСКВА, 5 апреля. /ТАСС/. Россия|МОСКВА|5 апреля|ТАСС
Москва. 5 апреля. INTERFAX.RU - Россия|Москва|5 апреля|INTERFAX.RU
МИНСК, 5 апр — Sputnik. Президент|МИНСК|5 апр|Sputnik
АСТАНА, 5 мая - Казинформ. Президент|АСТАНА|5 мая|Казинформ
МОСКВА (Рейтер) - Рубль|МОСКВА||Рейтер
5 мая, Минск /Корр. БЕЛТА/. Президент|Минск|5 мая|БЕЛТА
КИЇВ, 5 квітня – Укрінформ. Уряд|КИЇВ|5 квітня|Укрінформ
Київ. 5 квітня. УНН. Президент|Київ|5 квітня|УНН
КИЇВ – Президент|КИЇВ||
ANKARA (AA) - Cumhurbaşkanı|ANKARA||AA
İSTANBUL (AA) - Borsa|İSTANBUL||AA
İZMİR, (DHA) - Polis|İZMİR||DHA
ANKARA, 12 Mayıs (Reuters) - Merkez Bankası|ANKARA|12 Mayıs|Reuters
Jakarta (ANTARA) - Presiden|Jakarta||ANTARA
JAKARTA, KOMPAS.com - Presiden|JAKARTA||KOMPAS.com
Jakarta, CNN Indonesia -- Presiden|Jakarta||CNN Indonesia
TEMPO.CO, Jakarta - Presiden|Jakarta||TEMPO.CO
Liputan6.com, Jakarta - Presiden|Jakarta||Liputan6.com
REPUBLIKA.CO.ID, JAKARTA -- Presiden|JAKARTA||REPUBLIKA.CO.ID
KUALA LUMPUR, 12 Mei (Bernama) -- Perdana Menteri|KUALA LUMPUR|12 Mei|Bernama
KUALA LUMPUR: Perdana Menteri|KUALA LUMPUR||
Hà Nội (TTXVN) - Thủ tướng|Hà Nội||TTXVN
تهران - ایرنا - رئیس جمهور|تهران||ایرنا
تهران (ایرنا) - رئیس جمهور|تهران||ایرنا
تهران- ایسنا- رئیس جمهور|تهران||ایسنا
القاهرة 12 مايو (رويترز) - قال الرئيس|القاهرة|12 مايو|رويترز
القاهرة في ١٢ مايو (أ ش أ) - قال|القاهرة|١٢ مايو|أ ش أ
دمشق-سانا التقى الرئيس|دمشق||سانا
الرياض (واس) - عقد|الرياض||واس
رام الله - وفا - قال|رام الله||وفا
新华社北京5月12日电 国家主席|北京|5月12日|新华社
新华社上海５月２日电 题|上海|５月２日|新华社
中新社北京5月12日电 (记者 张三)|北京|5月12日|中新社
中新网北京5月12日电 国家|北京|5月12日|中新网
(中央社記者王小明台北12日電) 總統|台北|12日|中央社
（中央社東京12日綜合外電報導）日本|東京|12日|中央社
本报北京5月12日讯 记者|北京|5月12日|
【東京時事】政府は|東京||時事
【ワシントン共同】米政府は|ワシントン||共同
【パリ＝山田太郎】フランス|パリ||
[東京 12日 ロイター] - 日銀は|東京|12日|ロイター
【5月12日 AFP】フランスの||5月12日|AFP
(서울=연합뉴스) 홍길동 기자 = 정부는|서울||연합뉴스
[서울=뉴시스] 홍길동 기자 = 정부는|서울||뉴시스
【워싱턴=뉴시스】 홍길동 기자 =|워싱턴||뉴시스
नई दिल्ली, 12 मई (भाषा) प्रधानमंत्री|नई दिल्ली|12 मई|भाषा
ঢাকা, ১২ মে (বাসস) : প্রধানমন্ত্রী|ঢাকা|১২ মে|বাসস
Warszawa (PAP) - Sejm|Warszawa||PAP
BRUSSEL (ANP) - De Europese|BRUSSEL||ANP
AMSTERDAM - De burgemeester|AMSTERDAM||
STOCKHOLM (TT) – Regeringen|STOCKHOLM||TT
Praha 12. května (ČTK) - Vláda|Praha|12. května|ČTK
BEOGRAD, 12. MAJA (TANJUG) - Vlada|BEOGRAD|12. MAJA|TANJUG
ZAGREB (Hina) – Vlada|ZAGREB||Hina
București, 12 mai (Agerpres) - Guvernul|București|12 mai|Agerpres
София (БТА) - Правителството|София||БТА
Αθήνα (ΑΠΕ-ΜΠΕ) - Η κυβέρνηση|Αθήνα||ΑΠΕ-ΜΠΕ
"""

_OTHERS = """
Dr. Smith (left) - The head
Anna Schmidt (rechts) – Die Leiterin
PARIS AGREEMENT: What it says
UPDATE 1-Oil falls as demand weakens
MIGRATION – Der Bundesrat will
LTE-Patent: Das Gericht
VATIKAN: Eltern sollen queere
EXCLUSIVE - The minister resigned
EXCLUSIVE: The minister resigned
BREAKING NEWS, UPDATED — The
WATCH: The moment
OPINION — The case for
ANALYSIS - What next
CORRECTED-UPDATE 2-Shares fall
UPDATE 1-Shares fall
LIVE: Election results
FACTBOX - Who is who
COVID-19: What we know
NATO – Das Bündnis
USA: Der Präsident
SPANIEN: Wer siegt
KOMMENTAR: Warum das
INTERVIEW – Der Minister
BUNDESLIGA: Bayern siegt
Berlin – Der Bundestag hat
Berlin: Der Bundestag hat
Berlin. Die Füchse stehen
Paris - The city of light
London: a history
Apple (AAPL) - Shares rose
Jane Roe (D) - The senator
Karl Mai (SPÖ) – Der
Anna Berg (Die Linke) – Die
Barcelona (Spain) - The team
Messi (36) - The striker
MIRA: Madre se acerca
ÚLTIMA HORA - El presidente
ENTREVISTA: El ministro
EN VIVO - Las elecciones
EXCLUSIF - Le ministre
ENQUÊTE. Les dessous
VIDÉO. Le moment
REPORTAGE — Au coeur
ESCLUSIVA - Il ministro
CALCIO: La Juve vince
ESPORTE: O time venceu
ВИДЕО: Момент
ЭКСКЛЮЗИВ — Министр
СРОЧНО: Президент
ФОТО. Город
ОНОВЛЕНО: Уряд
SON DAKİKA: Deprem
SON DAKİKA - Deprem
FOTO: Presiden
VIDEO - Presiden
عاجل - قال
عاجل: الرئيس
فيديو - الرئيس
ویدئو - رئیس
گزارش - تهران
【速報】政府は
【独自】政府は
【社説】政治と金
[단독] 정부는
[속보] 정부는
【评论】中国
北京是一个城市
Q: What happened?
A - The first letter
BBC: the story of a broadcaster
CNN - The network said
AP: The agency has
Reuters, the news agency, said
The talks - the third this year - failed
"No," he said (Reuters) - and left
On Monday (May 12) - the day after
12 May: The day
HELP WANTED - The shop
MADE IN CHINA — The label
GREEN DEAL: Was kommt
G7 – Die Staaten
IT'S OVER - The band
THE MINISTER, WHO LED — The
CHINESE AGGRESSION: Manila accused
MAY 12 - The day
"""


def main() -> None:
    """Print the rows and what is missed."""
    rows, misses = dateline_rows()
    for row in rows:
        print(f"{row.measure:36} n={row.count:<4} {row.value:.3f}  target {row.target}")
    for miss in misses:
        print("  ", miss)


if __name__ == "__main__":
    main()
