"""The page for residents: what is in force here, what to do, where to go; in words they know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from noroshi.core.time import DAY, JST, now, show
from noroshi.store import open_store
from residents import HOSTILE, fill, get, hero, text
from served import Served


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("area")
    store = open_store(home)
    fill(store)
    store.close()
    with Served(home) as served:
        yield served


def test_the_highest_level_stands_first_with_number_word_colour_time_and_age(node: Served) -> None:
    page = get(node, "/area/17202")
    top = hero(page)
    assert 'class="hero level4"' in top
    assert "レベル 4" in text(top)
    assert "全員 にげる" in text(top)
    assert "3時間前" in text(top)
    assert re.search(r'<time datetime="20\d\d-\d\d-\d\dT\d\d:\d\d', top)
    assert "避難指示では ありません" in text(top)
    whole = text(page)
    assert whole.index("レベル４大雨危険警報") < whole.index("雷注意報")
    assert "例示気象台" in whole


def test_each_thing_said_leads_to_its_record(node: Served) -> None:
    page = get(node, "/area/17202")
    links = re.findall(r'href="(/collections/[^"]+/items/[^"]+)"', page)
    assert len(links) >= 6
    for one in links:
        answer = node.http.get(one.replace("&amp;", "&"))
        assert answer.status_code == 200, one


def test_english_says_the_same(node: Served) -> None:
    page = get(node, "/area/17202?lang=en")
    assert '<html lang="en">' in page
    whole = text(page)
    for one in ("Level 4", "Everyone in a dangerous place: leave", "not an evacuation order",
                "Level 4 heavy rain danger warning", "Thunderstorm advisory", "3 hours ago",
                "119", "Open"):  # fmt: skip
        assert one in whole, one
    assert get(node, "/area/17202", **{"Accept-Language": "en-GB,ja;q=0.5"}).startswith(
        '<!doctype html>\n<html lang="en">'
    )
    assert '<html lang="ja">' in get(node, "/area/17202")


def test_where_nothing_is_known_it_does_not_say_safe(node: Served) -> None:
    whole = text(hero(get(node, "/area/20203")))
    assert "この 町の 新しい 情報は ありません。" in whole
    assert "安全という 意味では ありません。" in whole
    assert "レベル" not in whole


def test_a_warning_that_ended_is_told_apart_from_nothing_known(node: Served) -> None:
    page = get(node, "/area/20204")
    assert "警報は 見つかりません" in text(hero(page))
    assert "2時間前" in text(hero(page))
    assert "安全という 意味では ありません。" in text(hero(page))
    assert "大雨警報" not in text(page)


def test_old_information_says_that_it_is_old(node: Served) -> None:
    page = get(node, "/area/20205")
    assert "レベル 3" in text(hero(page))
    assert "3日前" in text(hero(page))
    assert "古い 情報です。今は ちがうかもしれません。" in text(hero(page))


def test_what_is_a_month_old_is_no_longer_what_to_act_on(node: Served) -> None:
    page = get(node, "/area/20206")
    assert 'class="hero none"' in page
    assert "新しい 情報は ありません" in text(hero(page))
    before, _, after = page.partition('id="stale"')
    assert "レベル４大雨危険警報" in text(after)
    assert "レベル４大雨危険警報" not in text(before)
    assert "30日前" in text(after)
    assert "全員" not in text(page)
    assert "前に あいていた ところ" in text(page)
    assert "あいている ところ" not in text(page)
    assert "あいています" not in text(page)


def test_what_is_not_public_is_only_for_who_may_see_it(node: Served) -> None:
    assert "レベル" not in text(hero(get(node, "/area/20207")))
    token = node.token("--read", "own")
    page = get(node, "/area/20207", Authorization=f"Bearer {token}")
    assert 'class="hero level5"' in page
    assert "レベル" not in text(hero(get(node, "/area/20207")))


def test_a_drill_is_nowhere_on_the_real_page_and_everywhere_on_its_own(node: Served) -> None:
    real = get(node, "/area/20210")
    assert "訓練" not in real
    assert "レベル" not in text(hero(real))
    drill = get(node, "/area/20210?mode=exercise")
    assert 'class="hero level5"' in drill
    assert drill.count('<aside class="drill"') == 2
    assert drill.index('<aside class="drill"') < drill.index("<main>")
    assert drill.rindex('<aside class="drill"') > drill.index("</main>")
    assert "<title>【訓練 EXERCISE】" in drill
    assert "訓練の避難所" in drill
    assert "大雨危険警報" not in text(get(node, "/area/17202?mode=exercise"))
    for link in re.findall(r'href="(/area[^"]*)"', drill):
        assert "mode=exercise" in link


def test_open_shelters_come_before_those_of_which_nobody_says_so(node: Served) -> None:
    whole = text(get(node, "/area/17202"))
    assert "あいている ところ （2）" in whole or "あいている ところ（2）" in whole
    assert whole.index("避難所0") < whole.index("避難所1") < whole.index("避難所4")
    assert "避難所2" not in whole
    assert "避難所3" not in whole
    assert "しまっている ところ: 2" in whole
    near = text(get(node, "/area/17202?near=136.99,37.0"))
    assert near.index("避難所1") < near.index("避難所0")
    assert "ここから 10 m" in near
    assert "ここから 890 m" in near


def test_designated_shelters_are_not_called_open(node: Served) -> None:
    whole = text(get(node, "/area/17365"))
    assert "どこが あいているか、わかりません。" in whole
    assert "今 あいているか、わかりません。" in whole
    assert "あいています" not in whole


def test_reports_of_evacuation_orders_are_quoted_and_not_interpreted(node: Served) -> None:
    whole = text(get(node, "/area/17202"))
    assert "一部に避難指示を発令" in whole
    assert "書いてある まま" in whole
    assert "避難指示が 出ているか、この画面では わかりません。" in text(get(node, "/area/20205"))


def test_a_landslide_alert_without_a_printed_level_has_the_published_one(node: Served) -> None:
    assert 'class="hero level4"' in get(node, "/area/17361")


def test_a_level_that_came_without_its_warnings_is_told_all_the_same(node: Served) -> None:
    page = get(node, "/area/20211")
    assert 'class="hero level3"' in page
    assert "洪水警報" in text(page)


def test_a_shelter_told_open_two_days_ago_was_open(node: Served) -> None:
    whole = text(get(node, "/area/20211"))
    assert "前に あいていました" in whole
    assert "あいています" not in whole
    assert "行く まえに たしかめてください。" in whole


def test_tsunami_is_told_by_coast_and_only_where_there_is_one(node: Served) -> None:
    coast = get(node, "/area/07204")
    assert "大津波警報" in text(hero(coast))
    assert "海の 近くの 人は、今すぐ 高い ところへ" in text(hero(coast))
    assert "福島県" in text(hero(coast))
    assert "Major tsunami warning" in text(hero(get(node, "/area/07204?lang=en")))
    assert "津波" not in text(get(node, "/area/20323"))
    noto = text(get(node, "/area/17202"))
    assert "津波予報" in noto
    assert "大津波" not in noto
    assert "遠い海" in noto, "a coast that is not in the table may be any"


def test_shaking_of_the_last_day_is_told_with_its_earthquake(node: Served) -> None:
    page = text(get(node, "/area/04202"))
    assert "震度5強" in page
    assert "例示沖E1" in page
    assert "例示沖E0" not in page
    assert "また 大きく ゆれる" in page
    assert "天気の 警報は 見つかりません。" in page


def test_a_volcanic_warning_holds_for_years_and_tells_its_date(node: Served) -> None:
    page = get(node, "/area/20323")
    assert "火口周辺警報" in text(hero(page))
    assert "浅間山" in text(page)
    assert "1年前" in text(hero(page))
    assert "古い" not in text(hero(page))


def test_the_past_is_shown_as_past(node: Served) -> None:
    moment = show(now() - 4 * DAY, JST)
    page = get(node, f"/area/17202?datetime={moment}".replace("+", "%2B"))
    assert "これは 前の 情報です。" in text(page)
    assert "レベル" not in text(hero(page))
    assert node.http.get("/area/17202?datetime=2024-01-01/2024-02-01").status_code == 400


def test_hostile_strings_stay_text(node: Served) -> None:
    for path in ("/area/17209", "/area/17209?lang=en", f"/area?q={HOSTILE}".replace("&", "%26"),
                 "/area/%3Cscript%3E"):  # fmt: skip
        answer = node.http.get(path)
        assert answer.status_code in (200, 404)
        assert "<script" not in answer.text, path
        assert "<b>y" not in answer.text, path
        assert not re.search(r"<[^>]*\son\w+=|<[^>]*style=", answer.text)


@pytest.mark.parametrize("code", ["99999", "1720", "172020", "abc", "city:1720200", "00", "48"])
def test_a_code_that_is_no_town_gets_a_friendly_search(node: Served, code: str) -> None:
    page = get(node, f"/area/{code}", 404)
    assert "町は 見つかりません" in text(page)
    assert '<form action="/area"' in page
    assert 'href="/area/17"' in page


def test_all_forms_of_a_code_are_the_same_town(node: Served) -> None:
    for code in ("172022", "1720200"):
        assert hero(get(node, f"/area/{code}")) == hero(get(node, "/area/17202"))


def test_parameters_are_checked(node: Served) -> None:
    for query in ("near=north", "near=1,2,3", "near=200,0", "near=nan,0", "mode=drill", "foo=1"):
        assert node.http.get(f"/area/17202?{query}").status_code == 400, query


def test_the_page_is_small_has_no_scripts_and_an_etag_that_holds(node: Served) -> None:
    css = node.http.get("/static/area.css")
    assert css.status_code == 200
    for code in ("17202", "17365", "17"):
        answer = node.http.get(f"/area/{code}")
        assert len(answer.content) + len(css.content) < 100_000
        assert not re.search(r"<script|style=|<style|<img|@import|url\(", answer.text + css.text)
        again = node.http.get(f"/area/{code}", headers={"If-None-Match": answer.headers["etag"]})
        if again.status_code != 304:  # a minute passed meanwhile: ages changed
            again = node.http.get(f"/area/{code}", headers={"If-None-Match": again.headers["etag"]})
        assert again.status_code == 304


def test_headings_landmarks_and_languages_are_in_order(node: Served) -> None:
    for path in ("/area/17202", "/area/17202?lang=en", "/area", "/area/17"):
        page = get(node, path)
        assert len(re.findall(r"<h1", page)) == len(re.findall(r"<main>", page)) == 1
        levels = [int(one) for one in re.findall(r"<h([1-6])", page)]
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        for label in re.findall(r'aria-labelledby="([^"]+)"', page):
            assert page.count(f'id="{label}"') == 1
        assert "<header>" in page
        assert "<footer>" in page


def test_a_screen_says_the_same_large_and_of_when_it_is(node: Served) -> None:
    answer = node.http.get("/signage/17202")
    assert answer.headers["refresh"] == "30"
    page = answer.text
    whole = text(page)
    assert 'class="top level4"' in page
    assert "レベル4" in whole.replace(" ", "")
    assert "Level 4 heavy rain danger warning" in whole
    assert "雷注意報" in whole
    assert "この 画面は とまっています" in whole
    assert "<script" not in page
    assert "<svg" in page
    assert "訓練" not in whole
    drill = text(node.http.get("/signage/20210?mode=exercise").text)
    assert "これは 訓練です" in drill
    assert "THIS IS A DRILL" in drill
    nothing = text(node.http.get("/signage/20299").text)
    assert "安全という 意味では ありません" in nothing
    hostile = node.http.get("/signage/17209").text
    assert "<script>alert" not in hostile
    assert node.http.get("/signage/99999x").status_code == 404
