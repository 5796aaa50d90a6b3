"""Plain words: short sentences, readings above the kanji, both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from noroshi.channels.advice import actions, health, plain
from noroshi.channels.advice.actions import Both
from noroshi.channels.advice.refuge import distance
from noroshi.channels.surveillance import level, sure
from noroshi.core.time import DAY, MINUTE, now
from noroshi.kinds.diseases import diseases
from noroshi.store import open_store
from residents import KANJI, TEMPLATES, Reading, bare, fill
from served import Served


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("area")
    store = open_store(home)
    fill(store)
    store.close()
    with Served(home) as served:
        yield served


#: Kanji that stand without a reading: numbers with units of time, as in 3時間前.
ALLOWED = set("年月日時分間前")
LONGEST = 40


def faults(sentence: str, unread: str) -> list[str]:
    found = []
    for one in re.split(r"[。：:（）／]|\s{2,}", sentence):
        if len(one.replace(" ", "")) > LONGEST:
            found.append(f"{len(one)} characters: {one}")
    kanji = set(re.findall(KANJI, unread)) - ALLOWED
    return found + [f"no reading for {''.join(sorted(kanji))}: {sentence}"] * bool(kanji)


def test_every_sentence_is_short_and_every_kanji_has_its_reading() -> None:
    texts = [one.ja for advice in (*actions.LEVELS.values(), *actions.SUBJECTS.values())
             for one in (advice.word, *advice.steps)]  # fmt: skip
    texts += [term.easy for term in plain.HAZARDS.values()]
    texts += [one.ja for advice in health.GROUPS.values() for one in (advice.word, *advice.steps)]
    texts += [one.ja for module in (level, sure) for one in _both(module)]
    said = r"\bt\('([^']*)',\s*'([^']*)'\)"
    pairs = [pair for path in TEMPLATES for pair in re.findall(said, path.read_text("utf-8"))]
    assert len(pairs) > 60
    texts += [ja for ja, _ in pairs]
    assert len(texts) > 150
    wrong = [fault for one in texts for fault in faults(plain.drop_readings(one), bare(one))]
    assert wrong == []
    for word, kana in re.findall(r"\{([^|}]+)\|([^}]+)\}", "".join(texts)):
        assert re.fullmatch("[ぁ-んー]+", kana), word
        assert re.search(r"[\u4e00-\u9fff]", word), word


def _both(module: ModuleType) -> Iterator[Both]:
    """Every text of a module that is said to residents."""
    for one in vars(module).values():
        if isinstance(one, Both):
            yield one
        elif isinstance(one, dict):
            yield from (each for each in one.values() if isinstance(each, Both))


def test_every_disease_with_kanji_has_its_reading() -> None:
    for one in diseases().values():
        assert bool(re.search(KANJI, one.ja)) == bool(one.kana), one.ja
        assert re.fullmatch("[ぁ-んー・（）]*", one.kana), one.kana


def test_every_text_is_in_both_languages() -> None:
    said = r"\bt\('([^']*)',\s*'([^']*)'\)"
    pairs = [pair for path in TEMPLATES for pair in re.findall(said, path.read_text("utf-8"))]
    for advice in (*actions.LEVELS.values(), *actions.SUBJECTS.values()):
        pairs += [(one.ja, one.en) for one in (advice.word, *advice.steps)]
    for ja, en in pairs:
        assert en.strip(), ja
        assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", en), en


@pytest.mark.parametrize("code", ["17202", "20203", "20204", "20206", "07204", "04202", "20323",
                                  "17365", "17", "99999"])  # fmt: skip
def test_rendered_pages_are_plain(node: Served, code: str) -> None:
    page = node.http.get(f"/area/{code}").text
    read = Reading(page, own=True)
    assert set(re.findall(KANJI, read.bare)) - ALLOWED == set()
    for block in read.blocks:
        assert faults(block, "") == []


@pytest.mark.parametrize(
    ("name", "kana", "latin"),
    [("七尾市", "ななおし", "Nanao-shi"), ("大阪府", "おおさかふ", "Osaka-fu"),
     ("松浦市", "まつうらし", "Matsuura-shi"), ("夕張市", "ゆうばりし", "Yubari-shi"),
     ("札幌市", "さっぽろし", "Sapporo-shi"), ("中央区", "ちゅうおうく", "Chuo-ku"),
     ("北海道", "ほっかいどう", "Hokkaido"), ("町田市", "まちだし", "Machida-shi"),
     ("名無し", "", "名無し")],
)  # fmt: skip
def test_names_in_latin_letters(name: str, kana: str, latin: str) -> None:
    assert plain.romanise(name, kana) == latin


def test_ages_and_times_are_said_as_people_do() -> None:
    assert plain.say_age(59 * 1_000_000, "ja") == "たった今"
    assert plain.say_age(90 * MINUTE, "en") == "1 hour ago"
    assert plain.say_age(800 * DAY, "ja") == "2年前"
    instant = 1_705_093_200_000_000  # 2024-01-12T21:00Z
    assert plain.say_time(instant, instant, "ja") == "1月13日 6時00分"
    assert plain.say_time(instant, now(), "en") == "13 Jan 2024, 6:00"


def test_distances_are_those_of_the_sphere() -> None:
    # One degree of a meridian of the mean sphere.
    assert distance((137.0, 36.0), (137.0, 37.0)) == pytest.approx(111_195, rel=1e-4)
    assert distance((137.0, 36.0), (137.0, 36.0)) == 0
