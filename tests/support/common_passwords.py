"""Makes the filter of common passwords: `python -m tests.support.common_passwords`.

The words are those that zxcvbn counts in leaked lists and in English, Turkish and Russian names and Russian places as
Faker has them, and our own; each also as it is typed with another keyboard in mind. Both packages are under MIT.
"""

from collections.abc import Iterator
from itertools import chain, islice

from faker.providers.address.ru_RU import Provider as RussianPlaces
from faker.providers.person.ru_RU import Provider as RussianNames
from faker.providers.person.tr_TR import Provider as TurkishNames
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from kalip.access.common_passwords import FILTER, filter_of, folded

MOST = {"passwords": 30_000, "english_wikipedia": 6_000, "us_tv_and_film": 6_000}
OWN = """
kalip şifre parola şifrem şifremiz gizli anahtar kullanıcı yönetici müdür muhasebe personel şirket türkiye cumhuriyet
atatürk galatasaray fenerbahçe beşiktaş trabzonspor bursaspor karadeniz anadolu boğaziçi kapadokya aşkım canım hayatım
sevgilim bebeğim melek kraliçe aslan kartal kanarya bozkurt yıldız güneş çiçek deniz hoşgeldin merhaba selam günaydın
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık pazartesi salı çarşamba perşembe cuma
cumartesi pazar ilkbahar yaz sonbahar kış
adana adıyaman afyon ağrı aksaray amasya ankara antalya ardahan artvin aydın balıkesir bartın batman bayburt bilecik
bingöl bitlis bolu burdur bursa çanakkale çankırı çorum denizli diyarbakır düzce edirne elazığ erzincan erzurum
eskişehir gaziantep giresun gümüşhane hakkari hatay iğdır ısparta istanbul izmir kahramanmaraş karabük karaman kars
kastamonu kayseri kilis kırıkkale kırklareli kırşehir kocaeli konya kütahya malatya manisa mardin mersin muğla muş
nevşehir niğde ordu osmaniye rize sakarya samsun şanlıurfa siirt sinop sivas şırnak tekirdağ tokat trabzon tunceli uşak
van yalova yozgat zonguldak kadıköy üsküdar bodrum
пароль парольпароль привет приветик любовь любимая любимый солнышко солнце котёнок зайчик ангел россия москва спартак
зенит динамо локомотив администратор бухгалтер директор менеджер секрет ключ компания сервер система начальник работа
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь понедельник вторник среда четверг
пятница суббота воскресенье весна лето осень зима
welcome changeme letmein administrator superuser secret company password passphrase default temporary initial spring
summer autumn winter january february march april june july august september october november december monday tuesday
wednesday thursday friday saturday sunday qwerty azerty iloveyou trustno1 whatever master access login hello
"""
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"
_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_LAYOUT = str.maketrans(_RUSSIAN, _LATIN)
_TURKISH = str.maketrans("çğıöşüâîû", "cgiosuaiu")
_SOUNDS = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфхыэ", "abvgdeeziiklmnoprstufhye", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)


def common_words() -> Iterator[str]:
    """Every word of the list, folded; some come twice."""
    for name, words in FREQUENCY_LISTS.items():
        yield from map(folded, islice(words, MOST.get(name, 20_000)))
    for text in chain(_names(), OWN.split()):
        for word in (folded(part) for part in (text, *text.split(), text.replace(" ", ""))):
            yield from (word, word.translate(_TURKISH), word.translate(_LAYOUT), word.translate(_SOUNDS))


def _names() -> Iterator[str]:
    for names in (TurkishNames, RussianNames):
        for kind in ("first_names", "first_names_male", "first_names_female", "last_names", "last_names_male"):
            yield from map(str, getattr(names, kind, ()))
    yield from map(str, RussianPlaces.city_names)


if __name__ == "__main__":
    FILTER.write_bytes(filter_of(common_words()))
