"""The diseases that are assessed in a disaster, and what makes each of them likely.

The method is that of 国立感染症研究所「避難所におけるリスクアセスメントの方法・考え方について」
(2011, 2016: https://www.niid.go.jp/niid/images/idsc/disasters/RAguidance20160419.pdf), after WHO's
Regional Office for the Western Pacific: chances of transmission and how things stand give the
likelihood, attack rate and fatality the importance, both together the risk, each 1 to 3.

Importance, and what the likelihood starts from, are those of the published tables as far as these
give them (台風18号, 2015-09-14; 熊本地震, 2016-04-19): respiratory infections, influenza,
tuberculosis and gastroenteritis have importance 2; leptospirosis, legionellosis, tetanus
and measles 3. For the others they are ours, by category of law and fatality.
"""

from __future__ import annotations

from typing import NamedTuple

#: (first, second) grade to grade. The guidance prints such a table; of its cells the published
#: assessments show (3, 2) → 3, (2, 2) → 2, (1, 2) → 1 and (2, 3) → 3, with which this agrees.
MATRIX = ((1, 1, 2), (1, 2, 3), (2, 3, 3))


class Disease(NamedTuple):
    """`start`: chances of transmission among people in shelters where nothing else is the matter.
    `opportunity` and `situation`: factors that raise the one and the other (a|b: either).
    `codes`: diseases of weekly notifications that tell what circulates. `syndrome`: as it is seen
    on tick sheets. `months`: those of its season."""

    code: str
    ja: str
    en: str
    group: str
    importance: int
    start: int
    opportunity: tuple[str, ...]
    situation: tuple[str, ...]
    codes: tuple[str, ...] = ()
    syndrome: tuple[str, ...] = ()
    months: tuple[int, ...] = ()


_WINTER = (11, 12, 1, 2, 3)
_DISEASES = (
    Disease("ari", "急性呼吸器感染症", "Acute respiratory infection", "crowding", 2, 2,
            ("crowding",), ("circulation", "alarm", "power", "season"),
            ("influenza", "covid19", "rsv", "mycoplasma"), ("fever_respiratory",), _WINTER),
    Disease("influenza", "インフルエンザ", "Influenza", "crowding", 2, 2, ("crowding",),
            ("circulation", "season", "alarm"), ("influenza",), ("fever_respiratory",),
            (12, 1, 2, 3)),
    Disease("covid19", "COVID-19", "COVID-19", "crowding", 2, 2, ("crowding",),
            ("circulation", "alarm"), ("covid19",), ("fever_respiratory",)),
    Disease("tuberculosis", "結核", "Tuberculosis", "crowding", 2, 1, ("crowding",),
            ("circulation",), ("tuberculosis",)),
    Disease("invasive_meningococcal", "侵襲性髄膜炎菌感染症", "Invasive meningococcal disease",
            "crowding", 3, 1, ("crowding",), ("circulation", "alarm"),
            ("invasive_meningococcal",), ("meningitis",)),
    Disease("gastroenteritis", "感染性胃腸炎・急性下痢症", "Gastroenteritis and acute diarrhoea",
            "water_food", 2, 2, ("crowding",),
            ("water", "sewage", "circulation", "season", "alarm"),
            ("gastroenteritis", "rotavirus"), ("diarrhoea",), _WINTER),
    Disease("ehec", "腸管出血性大腸菌感染症", "EHEC infection", "water_food", 3, 1, ("water",),
            ("circulation", "season", "alarm"), ("ehec",), ("bloody_diarrhoea",),
            (6, 7, 8, 9)),
    Disease("leptospirosis", "レプトスピラ症", "Leptospirosis", "flood_debris", 3, 1, ("flood",),
            ("season", "circulation"), ("leptospirosis",), (), (7, 8, 9, 10)),
    Disease("legionellosis", "レジオネラ症", "Legionellosis", "flood_debris", 3, 1,
            ("flood|debris",), ("season", "circulation"), ("legionellosis",), (),
            (5, 6, 7, 8, 9, 10)),
    Disease("tetanus", "破傷風", "Tetanus", "flood_debris", 3, 1, ("injury", "flood"),
            ("debris", "alarm"), ("tetanus",), ("tetanus",)),
    Disease("wound", "創傷関連皮膚・軟部組織感染症", "Wound infections", "flood_debris", 1, 2,
            ("injury", "flood"), ("water", "debris")),
    Disease("measles", "麻しん", "Measles", "vaccine", 3, 2, ("crowding",),
            ("circulation", "alarm"), ("measles",), ("measles",)),
    Disease("rubella", "風しん", "Rubella", "vaccine", 2, 1, ("crowding",),
            ("circulation", "alarm"), ("rubella",), ("rash",)),
    Disease("varicella", "水痘", "Varicella", "vaccine", 1, 2, ("crowding",),
            ("circulation", "alarm"), ("varicella",), ("rash",)),
    Disease("mumps", "流行性耳下腺炎", "Mumps", "vaccine", 1, 1, ("crowding",), ("circulation",),
            ("mumps",)),
    Disease("pertussis", "百日咳", "Pertussis", "vaccine", 2, 1, ("crowding",), ("circulation",),
            ("pertussis",)),
    Disease("scrub_typhus", "つつが虫病", "Scrub typhus", "outdoor", 2, 1, ("debris",),
            ("season", "circulation"), ("scrub_typhus",), (), (4, 5, 10, 11, 12)),
    Disease("spotted_fever", "日本紅斑熱", "Japanese spotted fever", "outdoor", 2, 1, ("debris",),
            ("season", "circulation"), ("spotted_fever",), (), (5, 6, 7, 8, 9, 10)),
    Disease("sfts", "重症熱性血小板減少症候群", "SFTS", "outdoor", 3, 1, ("debris",),
            ("circulation",), ("sfts",), (), ()),
)  # fmt: skip

DISEASES = {one.code: one for one in _DISEASES}
#: Diseases of weekly notifications that are looked at.
CODES = frozenset(code for one in _DISEASES for code in one.codes)

#: One case in four weeks in the prefecture is enough.
RARE = frozenset({
    "measles", "rubella", "invasive_meningococcal", "leptospirosis", "tetanus", "sfts",
})  # fmt: skip


def grade(first: int, second: int) -> int:
    """Two grades of 1 to 3 together, as one."""
    return MATRIX[first - 1][second - 1]
