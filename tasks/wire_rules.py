"""Tables for datelines and bylines: agencies, months, places that stand alone, parts of names."""

from __future__ import annotations

# News agencies as they sign datelines, in lower case. A desk after a slash is not part of it.
_AGENCY_NAMES = """
    aa|aap|abc|abc news|abi|accesswire|adnkronos|afp|agence france-presse|agencia brasil|
    agencia efe|agerpres|agi|agência brasil|akipress|al jazeera|ana-mpa|anadolu|
    anadolu agency|andina|angop|anha|ani|anp|ansa|antara|ap|ap/reuters|apa|apa-otc|app|
    aps|aptn|armenpress|asianews|askanews|associated press|ats|avn|awp|azertac|azertag|
    bakhtar|baptist press|bbc|bbc news|bdnews24|belga|belta|bernama|bloomberg|
    bloomberg news|bna|bpt|bss|bta|business wire|businesswire|canada newswire|
    canadian press|catholic news service|cbs|cbs news|cihan|cna|cnn|cnn business|cnn türk|
    cns|cnw|cp|ctk|dapd|ddp|dha|dow jones|dpa|dpa-afx|dts|efe|ein presswire|ena|epd|
    epdö|estadão conteúdo|ethiopian news agency|europa press|europapress|ewtn|fars|fena|
    fides|fna|folhapress|fox news|globe newswire|globenewswire|gna|hina|ians|iha|ihlas|
    ilna|ina|inp|inter press service|interfax|ips|irna|isna|italpress|itar-tass|jiji|jns|
    jta|kabar|kazinform|kcna|keystone-sda|kff health news|khaama press|kna|kuna|kyodo|
    kyodo news|la presse canadienne|lana|lapresse|lusa|maghreb arabe presse|map|marketwatch|
    mcclatchy|mcot|mediafax|mehr|mena|mercopress|mizzima|mna|montsame|mti|nampa|nan|nbc|
    nbc news|new ziana|news aktuell|newsfile corp.|newsis|nna|notimex|npr|ntb|nzn|nzpa|
    ots|pajhwok|pajhwok afghan news|panapress|pap|petra|philippine news agency|pna|
    pr newswire|prensa latina|presseportal|prnewswire|propublica|pte|pti|qna|
    religion news service|reuters|rfe/rl|rferl|ria novosti|ritzau|rns|rnz|rtr|saba|sana|
    sapa|scidev.net|sda|sid|spa|spot on news|sputnik|srna|statepoint|states newsroom|stt|
    tanjug|tap|tasnim|tasr|tass|telam|the associated press|the canadian press|
    the center square|the conversation|thomson reuters foundation|tna|tns|tt|ttxvn|télam|
    ucan|ukrinform|unb|uni|unian|united press international|upi|uzreport|vatican news|
    vietnam news agency|vna|voa|wafa|wam|xinhua|yonhap|zenit|čtk|απε-μπε|акипресс|белта|
    бта|интерфакс|интерфакс-украина|кабар|казинформ|казтаг|прайм|регнум|рейтер|риа|
    риа новости|росбалт|танјуг|тасс|тренд|укринформ|укрінформ|унн|уніан|آنا|أ ش أ|أ ف ب|
    أ.ش.أ|أ.ف.ب|أف ب|اف ب|الأناضول|ایرنا|ایسنا|ایلنا|ایمنا|ایکنا|باشگاه خبرنگاران|بترا|
    تسنیم|د ب أ|د.ب.أ|رويترز|رویترز|سانا|سبأ|شينخوا|صفا|فارس|فرانس برس|قنا|كونا|معا|
    مهر|واس|واع|وام|وفا|وكالات|आईएएनएस|बासस|भाषा|वार्ता|ইউএনবি|বাসস|பிடிஐ|ブルームバーグ|
    ロイター|中央社|中新社|中新网|中通社|共同|新华社|新华网|新華社|時事|法新社|美联社|聯合|聯合ニュース|路透社|連合ニュース|뉴스1|뉴시스|
    로이터|연합뉴스
"""
AGENCIES = frozenset(" ".join(name.split()) for name in _AGENCY_NAMES.split("|"))

# What captions put in parentheses behind a name.
_PICTURE_WORDS = """
    left right center centre middle above below front back rear top links rechts mitte oben unten
    vorn vorne hinten
"""
PICTURE_WORDS = frozenset(_PICTURE_WORDS.split())

# Month names and their short forms, in lower case, as datelines of these languages write them.
_MONTH_NAMES = """
    january jan february feb march mar april apr may june jun july jul august aug september sept
    sep october oct november nov december dec januar jänner februar feber märz mrz mai juni juli
    oktober okt dezember dez janvier janv février févr mars avril avr juin juillet juil août
    septembre octobre novembre décembre déc enero ene febrero marzo abril abr mayo junio julio
    agosto ago septiembre setiembre octubre noviembre diciembre dic janeiro fevereiro fev março
    maio junho julho setembro set outubro out novembro dezembro gennaio gen febbraio aprile maggio
    mag giugno giu luglio lug settembre ottobre ott dicembre januari februari maart mei augustus
    января янв февраля фев марта мар апреля апр мая июня июн июля июл августа авг сентября сен
    сент октября окт ноября ноя декабря дек січня лютого березня квітня травня червня липня серпня
    вересня жовтня листопада грудня ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim
    kasım aralık maret agustus desember ogos disember mac ogo des stycznia lutego marca kwietnia
    maja czerwca lipca sierpnia września października listopada grudnia ledna února března dubna
    května června července srpna září října listopadu prosince januara februara marta aprila juna
    jula avgusta septembra oktobra novembra decembra siječnja veljače ožujka travnja svibnja
    lipnja srpnja kolovoza rujna studenoga prosinca ianuarie februarie martie aprilie iunie iulie
    septembrie octombrie noiembrie decembrie marts maj toukokuuta ιανουαρίου φεβρουαρίου μαρτίου
    απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου يناير
    فبراير مارس أبريل ابريل إبريل مايو أيار يونيو يوليو أغسطس اغسطس سبتمبر أكتوبر اكتوبر نوفمبر
    ديسمبر شباط آذار نيسان حزيران تموز آب أيلول فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان
    آذر دی بهمن اسفند ژانویه فوریه آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر जनवरी फरवरी
    मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল
    মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর
"""
MONTHS = tuple(sorted(set(_MONTH_NAMES.split()), key=lambda name: (-len(name), name)))
# Those of them with 30 days at most, wherever the name is used, and those with 29.
_THIRTY_DAYS = """
    april apr june jun september sept sep set november nov avril juin septembre novembre abril abr
    junio septiembre setiembre noviembre junho setembro novembro aprile giugno giu settembre juni
    апреля апр июня июн сентября сен сент ноября ноя квітня червня вересня nisan haziran eylül kasım
    kwietnia czerwca września dubna června září listopadu aprila juna septembra novembra travnja
    lipnja rujna studenoga aprilie iunie septembrie noiembrie απριλίου ιουνίου σεπτεμβρίου νοεμβρίου
    أبريل ابريل إبريل نيسان يونيو حزيران سبتمبر أيلول نوفمبر آوریل ژوئن سپتامبر نوامبر अप्रैल जून सितंबर
    नवंबर এপ্রিল জুন সেপ্টেম্বর নভেম্বর مهر آبان آذر دی بهمن اسفند
"""
_FEBRUARY = """
    february feb februar feber février févr febrero fevereiro fev febbraio februari февраля
    фев лютого şubat lutego února februara veljače februarie φεβρουαρίου فبراير شباط فوریه फरवरी
    ফেব্রুয়ারি
"""
LAST_DAYS = dict.fromkeys(_THIRTY_DAYS.split(), 30) | dict.fromkeys(_FEBRUARY.split(), 29)

# Places that stand in a dateline without region, date or agency: capitals, and large cities as the
# style guides of agencies list them and papers use them. In folded form (see `fold_place`). Other
# single words in capitals before a dash or colon are kickers as often as places.
_PLACE_NAMES = """

    aachen|aberdeen|abidjan|abu dhabi|abuja|acapulco|accra|adana|addis ababa|adelaide|aden|agadir|
    agartala|agra|ahmedabad|ahvaz|aizawl|ajmer|alexandria|alger|algiers|aligarh|allahabad|almaty|
    ambala|amman|amritsar|amsterdam|anchorage|ankara|antalya|antananarivo|antwerp|aqaba|arbil|
    arequipa|arusha|ashgabat|asmara|astana|asuncion|athen|athens|atlanta|auckland|aurangabad|
    austin|baghdad|bahawalpur|baku|bali|baltimore|bamako|bandar seri begawan|bandung|bangalore|
    bangkok|bangui|banjul|barcelona|bareilly|barisal|basel|basra|baton rouge|beijing|beira|beirut|
    belagavi|belem|belfast|belgrade|belmopan|belo horizonte|bengaluru|bengasi|benghazi|beograd|
    berlim|berlin|bern|berne|bethlehem|bhopal|bhubaneswar|bilbao|birmingham|bishkek|bissau|
    blantyre|bloemfontein|bogota|bologna|bonn|bordeaux|boston|brasilia|bratislava|brazzaville|
    bremen|bridgetown|brisbane|bristol|brno|bruselas|brussel|brussels|bruxelas|bruxelles|
    bucharest|bucuresti|budapest|buenos aires|bujumbura|bulawayo|bursa|busan|cairo|calcutta|
    calgary|cali|canberra|cancun|cape town|caracas|cardiff|cartagena|casablanca|chandigarh|
    charleroi|charlotte|chattogram|chennai|chiang mai|chicago|chisinau|chittagong|christchurch|
    cincinnati|ciudad de mexico|cleveland|cluj-napoca|coimbatore|cologne|colombo|columbus|conakry|
    constantine|copenhagen|cordoba|cotonou|cox's bazar|curitiba|cuttack|dakar|dallas|damascus|
    dar es salaam|darjeeling|darwin|davao|dehradun|delhi|den haag|denver|detroit|dhaka|dhanbad|
    dharamsala|dharamshala|dharwad|dili|diyarbakir|djibouti|dnipro|dodoma|doha|donetsk|dortmund|
    douala|dresden|dubai|dublin|durban|dushanbe|dusseldorf|edinburgh|edmonton|enugu|erbil|essen|
    faisalabad|faridabad|firenze|florence|florianopolis|fortaleza|frankfurt|freetown|fukuoka|
    gaborone|gaza|gaza city|gaziabad|gdansk|genebra|geneva|geneve|genf|genoa|genova|georgetown|
    ghaziabad|gilgit|ginebra|glasgow|goma|gorakhpur|goteborg|gothenburg|graz|guadalajara|
    guangzhou|guatemala city|guayaquil|gujranwala|gurgaon|gurugram|guwahati|gwadar|gwalior|ha noi|
    hague|haifa|halifax|hamburg|hannover|hanoi|hanover|hanói|harare|hargeisa|havana|hebron|
    helsinki|herat|ho chi minh city|hobart|hong kong|honiara|honolulu|houston|hubballi|hyderabad|
    ibadan|idlib|imphal|indianapolis|indore|innsbruck|iqaluit|isfahan|islamabad|istanbul|itanagar|
    izmir|jabalpur|jaffna|jaipur|jakarta|jalandhar|jammu|jayapura|jeddah|jenin|jerusalem|jodhpur|
    johannesburg|johor bahru|johor baru|juba|kabul|kaduna|kairo|kampala|kandahar|kano|kanpur|
    kaohsiung|karachi|karaikal|kathmandu|kaunas|kazan|khan younis|kharkiv|khartoum|kherson|khulna|
    kiev|kiew|kigali|kingston|kinshasa|kisumu|kobe|kobenhavn|kochi|kohima|kolhapur|kolkata|koln|
    kota|kota kinabalu|kozhikode|krakow|kuala lumpur|kuching|kuwait|kuwait city|kyiv|kyoto|
    la habana|la haye|la paz|lagos|lahore|las vegas|lausanne|le caire|leeds|leh|leipzig|
    libreville|liege|lille|lilongwe|lima|limassol|linz|lisboa|lisbon|lisbonne|liverpool|ljubljana|
    lome|london|londres|los angeles|luanda|lubumbashi|lucknow|ludhiana|luhansk|lusaka|luxembourg|
    luxemburg|lviv|lyon|macau|madrid|madurai|maiduguri|mainz|makassar|malabo|malaga|malmo|managua|
    manama|manaus|manchester|mandalay|mangaluru|manila|maputo|mardan|mariupol|marrakech|marseille|
    maseru|mashhad|mbabane|mecca|medan|medellin|medina|meerut|melbourne|memphis|mexico city|miami|
    milan|milano|milwaukee|minneapolis|minsk|mogadishu|mombasa|monaco|monrovia|monterrey|
    montevideo|montreal|moroni|moscou|moscow|moscu|moskau|mosul|multan|mumbai|munchen|munich|
    murree|muscat|muzaffarabad|muzaffarnagar|muzaffarpur|mwanza|mysuru|n'djamena|nablus|nagasaki|
    nagoya|nagpur|nairobi|naples|napoli|nashik|nassau|naypyitaw|ndola|neu-delhi|new delhi|
    new orleans|new york|niamey|nicosia|noida|nouakchott|nouvelle-delhi|nova delhi|nova york|
    nueva delhi|nueva york|nukualofa|nur-sultan|nuremberg|nuuk|odesa|odessa|oran|osaka|oslo|
    ottawa|ouagadougou|palembang|palermo|panaji|panama city|paramaribo|paris|patiala|patna|
    pekanbaru|pekin|peking|penang|perth|peshawar|philadelphia|phnom penh|phoenix|phuket|
    pittsburgh|podgorica|port elizabeth|port harcourt|port louis|port moresby|port of spain|
    port sudan|port vila|port-au-prince|portland|porto|porto alegre|porto novo|potsdam|prag|
    prague|praha|praia|prayagraj|pretoria|prishtina|pristina|puducherry|pune|putrajaya|pyongyang|
    qom|quebec|quebec city|quetta|quito|rabat|rafah|raipur|rajkot|rajshahi|ramallah|ranchi|
    rangpur|rawalpindi|recife|reykjavik|riga|rio de janeiro|riyadh|rom|roma|rome|rostock|
    rotterdam|rourkela|saarbrucken|sacramento|salt lake city|salvador|salzburg|samarkand|
    san antonio|san diego|san francisco|san jose|san juan|san salvador|sanaa|santiago|
    santo domingo|sao paulo|sao tome|sapporo|sarajevo|seattle|semarang|seoul|seville|shanghai|
    sharjah|shenzhen|shillong|shimla|shiraz|sialkot|siliguri|singapore|skopje|sofia|sofija|
    srinagar|st louis|st paul|st petersburg|st. louis|st. petersburg|stockholm|strasbourg|
    stuttgart|sukkur|surabaya|surat|suva|sydney|sylhet|tabriz|taipei|tallinn|tangier|tashkent|
    tbilisi|tbilissi|tegucigalpa|teheran|tehran|tel aviv|tel-aviv|thane|the hague|thessaloniki|
    thimphu|thiruvananthapuram|tijuana|tirana|tokio|tokyo|toquio|torino|toronto|toulouse|trabzon|
    tripoli|tunis|turin|tuzla|udaipur|ujjain|ulaanbaatar|united nations|utrecht|vadodara|vaduz|
    valencia|valletta|vancouver|varanasi|varsovia|varsovie|vatican city|venezia|venice|victoria|
    viena|vienna|vienne|vientiane|vijayawada|vilnius|visakhapatnam|vladivostok|warangal|warsaw|
    warschau|warszawa|washington|wellington|wien|wiesbaden|windhoek|winnipeg|wuhan|yangon|yaounde|
    yekaterinburg|yerevan|yogyakarta|zagreb|zanzibar|zaporizhzhia|zurich|αθηνα|θεσσαλονικη|алматы|
    астана|баку|београд|берлин|бишкек|брюссель|варшава|вашингтон|вильнюс|владивосток|днепр|днипро|
    дніпро|донецк|екатеринбург|ереван|казань|киев|кишинев|київ|лондон|львов|львів|минск|москва|
    мінськ|новосибирск|одеса|одесса|париж|пекин|рига|санкт-петербург|софия|софія|ташкент|тбилиси|
    тегеран|токио|харків|харьков|єреван
"""
PLACES = frozenset(" ".join(name.split()) for name in _PLACE_NAMES.split("|"))

# Words of the names of media and agencies that are in no list, in lower case: a name in parentheses
# behind a place in capitals is one if it has such a word.
AGENCY_WORDS = frozenset(
    [
        "agence",
        "agencia",
        "agency",
        "agencija",
        "agentur",
        "agenzia",
        "agência",
        "ajans",
        "beacon",
        "broadcasting",
        "bulletin",
        "chronicle",
        "courier",
        "daily",
        "diario",
        "dispatch",
        "examiner",
        "gazette",
        "globe",
        "haber",
        "herald",
        "independent",
        "journal",
        "ledger",
        "mail",
        "media",
        "mirror",
        "monitor",
        "network",
        "news",
        "newspaper",
        "newspapers",
        "newsroom",
        "newswire",
        "observer",
        "post",
        "prensa",
        "presse",
        "press",
        "radio",
        "record",
        "register",
        "reporter",
        "review",
        "service",
        "standard",
        "star",
        "sun",
        "syndicate",
        "telegraph",
        "times",
        "tribune",
        "tv",
        "voice",
        "watch",
        "weekly",
        "wire",
        "zeitung",
    ]
)
# Words of kickers: nothing in capitals that has one is a place.
KICKER_WORDS = frozenset(
    [
        "advisory",
        "alert",
        "analyse",
        "analysis",
        "análise",
        "análisis",
        "breaking",
        "comment",
        "commentary",
        "correction",
        "corrected",
        "developing",
        "editorial",
        "eilmeldung",
        "enquête",
        "entrevista",
        "entretien",
        "esclusiva",
        "exclusif",
        "exclusiva",
        "exclusive",
        "exclusivo",
        "exklusiv",
        "explainer",
        "factbox",
        "feature",
        "flash",
        "interview",
        "intervista",
        "kommentar",
        "leaked",
        "live",
        "news",
        "opinion",
        "opinión",
        "opinião",
        "recap",
        "reportage",
        "review",
        "smentita",
        "son",
        "special",
        "timeline",
        "update",
        "updated",
        "urgent",
        "urgente",
        "video",
        "vidéo",
        "watch",
        "weather",
        "wrapup",
        "срочно",
        "видео",
        "эксклюзив",
        "интервью",
        "мнение",
    ]
)

# Topics: a name in capitals that is made of them is a kicker, even if a date stands behind it.
_TOPICS = """
    accident accidents agriculture animals art arts attack aviation banking banks books budget
    business change cinema city climate companies conflict conservation consumer coronavirus
    corporate court courts covid covid-19 crime crisis culture currency cybersecurity debt defence
    defense democracy diplomacy disaster disasters drugs earnings earthquake economics economy
    education election elections emergency employment energy entertainment environment europe
    exports fashion film finance fires flood floods food football forecast foreign future gas gender
    gold golf government health heat history housing human immigration inequality inflation
    infrastructure innovation internet investing investment jobs journalism justice labor labour law
    letters lifestyle local market markets media migration military money movies music national
    nature news nuclear obituaries obituary oil parliament people policy politics pollution poverty
    prices property protest protests racing refugees regulation religion report research rights
    rugby safety science security shares shipping society soccer space sport sports stocks strike
    strikes style summit tax taxes tech technology tennis terrorism theater theatre tourism trade
    traffic transport travel trends trial violence war warming wars water wildlife women work world
    youth
    bildung fußball gesellschaft gesundheit klima klimaschutz klimawandel kriminalität krieg kultur
    medien politik umwelt unfälle verkehr wahl wahlen wetter wirtschaft wissenschaft
    climat cinéma culture économie éducation environnement élections guerre politique santé
    sciences société
    cambio ciencia climático clima cultura deportes economía educación elecciones fútbol guerra
    política salud seguridad sociedad sucesos
    ciência economia educação eleições esporte esportes política saúde segurança
    ambiente calcio cronaca politica salute sanità scienza
    война выборы здоровье климат культура наука общество погода политика спорт экономика
"""
TOPIC_WORDS = frozenset(_TOPICS.split())

# The small words inside names.
NAME_PARTICLES = frozenset(
    ("al", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el",
     "ibn", "la", "le", "of", "for", "the", "van", "ver", "von", "zu", "zum", "in")
)  # fmt: skip
