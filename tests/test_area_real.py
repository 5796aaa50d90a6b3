"""The page for residents over real places, telegrams and wards."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from data import DATA, JMA_SAMPLES, needs_data
from noroshi.channels.advice import plain
from noroshi.channels.advice.coasts import PREFECTURES, prefectures_of
from noroshi.core.place import point
from noroshi.core.time import HOUR
from noroshi.kinds.shelter import Shelter
from noroshi.store import open_store
from residents import KANJI, bare, get, hero, publish, text, warn
from run import Node
from served import Served

REAL = ("jma_xml/samples", "places", "jma_xml/area_codes")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("real")
    run = Node(home)
    run("places", "import", DATA / "places" / "municipalities.topojson")
    run("places", "import", DATA / "jma_xml" / "area_codes" / "jmacode.csv")
    telegrams = sorted(JMA_SAMPLES.iterdir())
    assert len(telegrams) > 300
    run("ingest", "--source", "jma", "--label", "public", *telegrams)
    with Served(home) as served:
        yield served


@needs_data(*REAL)
def test_real_level_4_in_yoshika_with_its_name_and_reading(real: Served) -> None:
    page = get(real, "/area/32505?datetime=2024-11-02T12:00")
    assert "<ruby>吉賀町<rp>(</rp><rt>よしかちょう</rt>" in page
    assert 'class="hero level4"' in page
    assert "レベル４土砂災害危険警報" in text(page)
    assert "松江地方気象台" in text(page)
    assert "Yoshika-cho" in text(get(real, "/area/32505?lang=en"))
    # Today the same telegrams are long past.
    assert 'class="hero none"' in get(real, "/area/32505")


@needs_data(*REAL)
@pytest.mark.parametrize(
    ("code", "moment", "said"),
    [
        ("42411", "2014-02-12T04:30Z", ["竜巻注意情報", "家の 中に いる", "いつまで"]),
        ("01543", "2023-07-13T04:30Z", ["記録的短時間大雨情報", "川や 低い ところから はなれる"]),
        ("14382", "2020-05-22T04:30Z", ["噴火警報：避難等", "今すぐ にげる", "箱根山"]),
        ("20323", "2020-05-22T04:10Z", ["火口周辺警報", "山に 近づかない", "浅間山"]),
        ("40625", "2013-08-31T02:10Z", ["土砂災害警戒情報", "レベル 4", "福岡管区気象台"]),
        ("12203", "2023-09-08T02:00Z", ["線状降水帯発生", "この 町の まわりの 情報です。"]),
        ("22301", "2009-08-11T00:00Z", ["震度5強", "駿河湾", "また ゆれる ことが ある"]),
        ("46201", "2021-05-14T03:45Z", ["小さな噴石の落下", "石が 落ちて くる", "マスクを"]),
        ("26202", "2020-06-22T15:00Z", ["レベル４高潮危険警報", "海の 水が 高くなる。"]),
        ("07204", "2011-03-11T06:20Z", ["大津波警報", "福島県", "津波が 来る 時", "震度5強"]),
    ],
)  # fmt: skip
def test_real_telegrams_are_told_where_they_are_for(
    real: Served, code: str, moment: str, said: list[str]
) -> None:
    whole = text(get(real, f"/area/{code}?datetime={moment}"))
    assert [one for one in said if one not in whole] == []
    neighbour = text(get(real, f"/area/13101?datetime={moment}"))
    assert not any(one in neighbour for one in said[:1])


@needs_data(*REAL)
def test_a_prefecture_lists_its_towns_with_their_levels(real: Served) -> None:
    page = get(real, "/area/32?datetime=2024-11-02T12:00")
    row = re.search(r'<li><a href="/area/32505[^<]*<.*?</li>', page, re.DOTALL)
    assert row
    assert "レベル 4" in text(row[0])
    assert "4時間前" in text(row[0])
    next_day = get(real, "/area/32?datetime=2024-11-04T12:00")
    assert re.search(r'<span class="old">（2日前）', next_day)
    assert page.count("<li><a") >= 19
    assert "レベル 4" not in text(get(real, "/area/32"))


@needs_data(*REAL)
def test_a_town_is_found_by_its_reading(real: Served) -> None:
    page = get(real, "/area?q=よしか")
    assert 'href="/area/32505"' in page
    assert get(real, "/area/32599", 404)


@needs_data(*REAL)
def test_a_ward_hears_what_is_said_of_its_city(real: Served) -> None:
    city = real.http.get("/places/city:0110000").json()
    assert city["properties"]["name"] == "札幌市"
    page = get(real, "/area/01101")
    assert "札幌市" in text(page)
    assert "中央区" in text(page)


@needs_data(*REAL)
def test_a_ward_has_its_own_shelters_and_hears_the_warnings_of_its_city(real: Served) -> None:
    store = open_store(real.home)
    # 大通公園 in 中央区, 北海道庁 too; 北区役所 in 北区 (positions to 0.001 degrees).
    for name, x, y in (("中央の避難所", 141.351, 43.060), ("北の避難所", 141.341, 43.091)):
        publish(store, Shelter(name=name, status="open"), name, HOUR, area="city:0110000",
                geometry=point(x, y))  # fmt: skip
    warn(store, "01100", "レベル３大雨警報", HOUR, level=3, area_name="札幌市")
    store.close()
    for _ in range(50):  # another process wrote: until this one has seen it
        page = get(real, "/area/01101")
        if "中央の避難所" in page:
            break
        time.sleep(0.1)
    assert "中央の避難所" in page
    assert "北の避難所" not in page
    assert 'class="hero level3"' in page
    assert "北の避難所" in get(real, "/area/01102")
    assert "北の避難所" in get(real, "/area/01100")
    assert "レベル 3" not in text(hero(get(real, "/area/01202")))


@needs_data(*REAL)
def test_names_of_all_real_warnings_have_readings() -> None:
    names: set[str] = set()
    for path in JMA_SAMPLES.iterdir():
        if re.search("VPWW|VXWW|VPHW|VTSE41|VFVO50", path.name):
            names |= set(re.findall(
                r"<Kind>\s*<Name>([^<]*(?:警報|注意報|警戒情報|注意情報))</Name>",
                path.read_text("utf-8"),
            ))  # fmt: skip
    assert len(names) > 25
    assert {one for one in names if re.search(KANJI, bare(plain.add_readings(one)))} == set()


@needs_data("jma_xml/samples")
def test_the_coasts_of_all_real_tsunami_forecasts_are_known() -> None:
    coasts: set[tuple[str, str]] = set()
    for path in JMA_SAMPLES.glob("*VTSE41*"):
        coasts |= set(re.findall(
            r"<Area>\s*<Name>([^<]*)</Name>\s*<Code>(\d\d[0-8])</Code>", path.read_text("utf-8")
        ))  # fmt: skip
    assert len({code for _, code in coasts if code[1] != "9"}) >= 60
    unknown = {name for name, code in coasts if code[1] != "9" and not prefectures_of(name)}
    assert unknown == set()
    known = {one for name, _ in coasts for one in prefectures_of(name)}
    assert known == set(PREFECTURES) - {"09", "10", "11", "19", "20", "21", "25", "29"}
