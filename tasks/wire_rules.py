"""Tables for wire text: agencies, months, places that stand alone, bylines, end marks."""

from __future__ import annotations

# News agencies as they sign datelines, in lower case. A desk after a slash is not part of it.
_AGENCY_NAMES = """
    aa|aap|abc|abc news|accesswire|adnkronos|afp|agence france-presse|agencia brasil|agerpres|agi|
    agência brasil|al jazeera|ana-mpa|anadolu|anadolu agency|andina|angop|ani|anp|ansa|antara|ap|
    ap/reuters|apa|apa-otc|aps|aptn|armenpress|askanews|associated press|ats|azertac|
    baptist press|bbc|belga|belta|bernama|bloomberg|bloomberg news|bna|bss|bta|business wire|
    businesswire|canada newswire|canadian press|catholic news service|cbs|cbs news|cna|cnn|
    cnn business|cns|cnw|cp|ctk|dapd|ddp|dha|dow jones|dpa|dpa-afx|dts|efe|ein presswire|ena|epd|
    epdö|europa press|fars|fena|fides|fna|fox news|globe newswire|globenewswire|gna|hina|ians|iha|
    ilna|ina|inp|interfax|ips|irna|isna|itar-tass|jiji|kazinform|kcna|keystone-sda|
    kff health news|kna|kuna|kyodo|la presse canadienne|lana|lusa|map|marketwatch|mediafax|mehr|
    mena|mna|mti|nampa|nan|nbc|nbc news|new ziana|newsfile corp.|nna|notimex|npr|ntb|nzpa|ots|pap|
    petra|pna|pr newswire|prensa latina|prnewswire|propublica|pte|pti|qna|reuters|rfe/rl|rferl|
    ria novosti|ritzau|rtr|saba|sana|sapa|scidev.net|sda|sid|spa|srna|states newsroom|stt|tanjug|
    tap|tasnim|tasr|tass|telam|the associated press|the canadian press|thomson reuters foundation|
    tna|tt|télam|ucan|ukrinform|unb|uni|unian|united press international|upi|vna|voa|wafa|wam|
    xinhua|yonhap|zenit|čtk|интерфакс|рейтер|риа новости|тасс|укринформ|أ ف ب|أ.ف.ب|الأناضول|
    ایرنا|ایسنا|تسنیم|د ب أ|د.ب.أ|رويترز|رویترز|سانا|فارس|فرانس برس|مهر|واس|وفا|中新社|新华社
"""
AGENCIES = frozenset(" ".join(name.split()) for name in _AGENCY_NAMES.split("|"))

# Month names and their short forms, in lower case, as datelines of these languages write them.
_MONTH_NAMES = """
    january jan february feb march mar april apr may june jun july jul august aug september sept sep
    october oct november nov december dec
    januar jänner februar feber märz mrz mai juni juli oktober okt dezember dez
    janvier janv février févr mars avril avr juin juillet juil août septembre octobre novembre
    décembre déc
    enero ene febrero marzo abril abr mayo junio julio agosto ago septiembre setiembre octubre
    noviembre diciembre dic
    janeiro fevereiro fev março maio junho julho agosto setembro set outubro out novembro dezembro
    gennaio gen febbraio aprile maggio mag giugno giu luglio lug settembre ottobre ott dicembre
    januari februari maart mei augustus
    января янв февраля фев марта мар апреля апр мая июня июн июля июл августа авг сентября сен сент
    октября окт ноября ноя декабря дек
"""
MONTHS = tuple(sorted(set(_MONTH_NAMES.split()), key=lambda name: (-len(name), name)))

# Places that stand in a dateline without region, date or agency: capitals, and large cities as the
# style guides of agencies list them and papers use them. In folded form (see `fold_place`). Other
# single words in capitals before a dash or colon are kickers as often as places.
_PLACE_NAMES = """
    aachen|aberdeen|abidjan|abu dhabi|abuja|acapulco|accra|adana|addis ababa|adelaide|aden|agadir|
    agartala|agra|ahmedabad|ahvaz|aizawl|ajmer|alexandria|alger|algiers|aligarh|allahabad|almaty|
    ambala|amman|amritsar|amsterdam|anchorage|ankara|antalya|antananarivo|antwerp|aqaba|arbil|
    arequipa|arusha|ashgabat|asmara|astana|asuncion|athen|athens|atlanta|auckland|aurangabad|
    austin|baghdad|bahawalpur|baku|bali|baltimore|bamako|bandar seri begawan|bandung|bangalore|
    bangkok|bangui|banjul|barcelona|bareilly|barisal|basel|basra|beijing|beira|beirut|belagavi|
    belem|belfast|belgrade|belmopan|belo horizonte|bengaluru|benghazi|berlin|bern|berne|bethlehem|
    bhopal|bhubaneswar|bilbao|birmingham|bishkek|bissau|blantyre|bloemfontein|bogota|bologna|bonn|
    bordeaux|boston|brasilia|bratislava|brazzaville|bremen|bridgetown|brisbane|bristol|bruselas|
    brussel|brussels|bruxelas|bruxelles|bucharest|budapest|buenos aires|bujumbura|bulawayo|bursa|
    busan|cairo|calcutta|calgary|cali|canberra|cancun|cape town|caracas|cardiff|casablanca|
    chandigarh|charlotte|chattogram|chennai|chiang mai|chicago|chisinau|chittagong|christchurch|
    cincinnati|ciudad de mexico|cleveland|coimbatore|cologne|colombo|conakry|copenhagen|cordoba|
    cotonou|cox's bazar|curitiba|cuttack|dakar|dallas|damascus|dar es salaam|darjeeling|darwin|
    davao|dehradun|delhi|den haag|denver|detroit|dhaka|dhanbad|dharamsala|dharamshala|dharwad|
    dili|djibouti|dnipro|dodoma|doha|donetsk|dortmund|douala|dresden|dubai|dublin|durban|dushanbe|
    dusseldorf|edinburgh|edmonton|enugu|erbil|essen|faisalabad|faridabad|firenze|florence|
    florianopolis|fortaleza|frankfurt|freetown|fukuoka|gaborone|gaza|gaza city|gaziabad|genebra|
    geneva|geneve|genf|genoa|genova|georgetown|ghaziabad|gilgit|ginebra|glasgow|goma|gorakhpur|
    gothenburg|graz|guadalajara|guangzhou|guatemala city|guayaquil|gujranwala|gurgaon|gurugram|
    guwahati|gwadar|gwalior|hague|haifa|halifax|hamburg|hannover|hanoi|hanover|harare|hargeisa|
    havana|hebron|helsinki|herat|ho chi minh city|hobart|hong kong|honiara|honolulu|houston|
    hubballi|hyderabad|ibadan|idlib|imphal|indianapolis|indore|innsbruck|iqaluit|isfahan|
    islamabad|istanbul|itanagar|izmir|jabalpur|jaffna|jaipur|jakarta|jalandhar|jammu|jeddah|jenin|
    jerusalem|jodhpur|johannesburg|johor bahru|johor baru|juba|kabul|kaduna|kairo|kampala|
    kandahar|kano|kanpur|kaohsiung|karachi|karaikal|kathmandu|kaunas|kazan|khan younis|kharkiv|
    khartoum|kherson|khulna|kiev|kiew|kigali|kingston|kinshasa|kisumu|kobe|kochi|kohima|kolhapur|
    kolkata|koln|kota|kota kinabalu|kozhikode|krakow|kuala lumpur|kuching|kuwait|kuwait city|kyiv|
    kyoto|la habana|la haye|la paz|lagos|lahore|las vegas|lausanne|le caire|leeds|leh|leipzig|
    libreville|lille|lilongwe|lima|limassol|linz|lisboa|lisbon|lisbonne|liverpool|ljubljana|lome|
    london|londres|los angeles|luanda|lubumbashi|lucknow|ludhiana|luhansk|lusaka|luxembourg|
    luxemburg|lviv|lyon|macau|madrid|madurai|maiduguri|mainz|makassar|malabo|malaga|managua|
    manama|manaus|manchester|mandalay|mangaluru|manila|maputo|mardan|mariupol|marrakech|marseille|
    maseru|mashhad|mbabane|mecca|medan|medellin|medina|meerut|melbourne|memphis|mexico city|miami|
    milan|milano|milwaukee|minneapolis|minsk|mogadishu|mombasa|monaco|monrovia|monterrey|
    montevideo|montreal|moroni|moscou|moscow|moscu|moskau|mosul|multan|mumbai|munchen|munich|
    murree|muscat|muzaffarabad|muzaffarnagar|muzaffarpur|mwanza|mysuru|n'djamena|nablus|nagasaki|
    nagoya|nagpur|nairobi|naples|napoli|nashik|nassau|naypyitaw|ndola|neu-delhi|new delhi|
    new orleans|new york|niamey|nicosia|noida|nouakchott|nova york|nueva york|nukualofa|
    nur-sultan|nuremberg|nuuk|odesa|odessa|oran|osaka|oslo|ottawa|ouagadougou|palermo|panaji|
    panama city|paramaribo|paris|patiala|patna|pekin|peking|penang|perth|peshawar|philadelphia|
    phnom penh|phoenix|phuket|pittsburgh|podgorica|port elizabeth|port harcourt|port louis|
    port moresby|port of spain|port sudan|port vila|port-au-prince|portland|porto|porto alegre|
    porto novo|potsdam|prag|prague|praia|prayagraj|pretoria|prishtina|pristina|puducherry|pune|
    putrajaya|pyongyang|qom|quebec|quebec city|quetta|quito|rabat|rafah|raipur|rajkot|rajshahi|
    ramallah|ranchi|rangpur|rawalpindi|recife|reykjavik|riga|rio de janeiro|riyadh|rom|roma|rome|
    rostock|rotterdam|rourkela|saarbrucken|salt lake city|salvador|salzburg|samarkand|san antonio|
    san diego|san francisco|san jose|san juan|san salvador|sanaa|santiago|santo domingo|sao paulo|
    sao tome|sapporo|sarajevo|seattle|seoul|seville|shanghai|sharjah|shenzhen|shillong|shimla|
    shiraz|sialkot|siliguri|singapore|skopje|sofia|srinagar|st louis|st paul|st petersburg|
    st. louis|st. petersburg|stockholm|strasbourg|stuttgart|sukkur|surabaya|surat|suva|sydney|
    sylhet|tabriz|taipei|tallinn|tangier|tashkent|tbilisi|tegucigalpa|tehran|tel aviv|thane|
    the hague|thessaloniki|thimphu|thiruvananthapuram|tijuana|tirana|tokyo|torino|toronto|
    toulouse|tripoli|tunis|turin|udaipur|ujjain|ulaanbaatar|united nations|vadodara|vaduz|
    valencia|valletta|vancouver|varanasi|varsovie|vatican city|venezia|venice|victoria|vienna|
    vienne|vientiane|vijayawada|vilnius|visakhapatnam|vladivostok|warangal|warsaw|warschau|
    washington|wellington|wien|wiesbaden|windhoek|winnipeg|wuhan|yangon|yaounde|yekaterinburg|
    yerevan|yogyakarta|zagreb|zanzibar|zaporizhzhia|zurich|астана|берлин|вашингтон|донецк|киев|
    лондон|минск|москва|париж|пекин|санкт-петербург|ташкент
"""
PLACES = frozenset(" ".join(name.split()) for name in _PLACE_NAMES.split("|"))

# Words that introduce the author's name in a line of its own.
BYLINE_WORDS = (
    "by", "von", "par", "por", "di", "da", "door", "av", "af", "od", "от", "text:",
    "autor:", "автор:",
)  # fmt: skip
# What joins authors' names, and the small words inside names.
NAME_JOINERS = ("and", "und", "et", "y", "e", "en", "och", "og", "и", "&", "with", "mit")
NAME_PARTICLES = frozenset(
    ("al", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el",
     "ibn", "la", "le", "of", "for", "the", "van", "ver", "von", "zu", "zum", "in")
)  # fmt: skip

# End marks in a paragraph of their own, in lower case with spaces taken out.
END_MARKS = frozenset(
    ("-30-", "–30–", "—30—", "#30#", "--30--", "30", "###", "##", "#", "-end-", "(end)", "end",
     "ends", "(ends)", "-ends-", "--end--", "–ende–", "-ende-", "ende", "(ende)", "fin",
     "(fin)", "-fin-", "fim", "(fim)", "fine", "(fine)", "(more)", "more", "-more-", "--more--",
     "—more—", "-0-", "xxx", "***", "*", "(schluss)", "(完)", "完", "конец", "پایان", "انتهی",
     "(انتهى)")
)  # fmt: skip
