"""A conversation, turn by turn, in a town made by hand: what is said, kept and done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chat_world import AT, MODE, TWIN, crossing, made_node
from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.chat.desk import Desk
from noroshi.channels.chat.door import Door
from noroshi.channels.chat.facts import Truth, check
from noroshi.channels.chat.ground.roads import passable
from noroshi.channels.chat.turns import Said, Turn
from noroshi.core.errors import NoroshiError, UnreadableMessage
from noroshi.core.record import Mode
from noroshi.core.time import DAY, HOUR, MINUTE
from noroshi.engine.node import Node
from noroshi.kinds.reported_incident import Triage
from noroshi.kinds.resident_report import ResidentReport
from noroshi.store.people import Contact


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    category: str
    danger: bool = False
    depth: float | None = None
    persons: int | None = None
    seen: int | None = None
    place: str = ""
    placed: str = "name"
    position: tuple[float, float] | None = None
    area: str | None = None
    facility: str = ""
    detail: str = ""
    service: str = ""
    language: str = "ja"
    text: str = ""
    picture: bytes | None = None
    picture_place: bool = False
    channel: str = "web"


class Drawer:
    """Keeps reports in memory, as `channels.reports.filing` keeps them in the store."""

    Observation: Any = Observation

    def __init__(self) -> None:
        self.reports: list[tuple[str, Observation]] = []
        self.fails = False
        self.triage: Triage | None = None
        self._lock = threading.Lock()

    def file_report(
        self, node: Node, contact: Contact, said: Any, mode: Mode, at: int | None = None
    ) -> str:  # fmt: skip
        if self.fails:
            raise NoroshiError("the disk is full")
        if said.picture is not None and not said.picture.startswith(b"\xff\xd8"):
            raise UnreadableMessage("not a picture")
        with self._lock:
            self.reports.append((contact.id, said))
            return f"r{len(self.reports):04}"

    def of_contact(self, node: Node, contact: Contact, mode: Mode) -> list[Any]:
        return [
            (f"r{number:04}", ResidentReport(category=said.category), self.triage, "")
            for number, (who, said) in enumerate(self.reports, 1) if who == contact.id
        ][::-1]  # fmt: skip


class Talk:
    """One person at a desk."""

    def __init__(self, desk: Desk, drawer: Drawer, address: str = "hanako") -> None:
        self.desk, self.drawer, self.address, self.at = desk, drawer, address, AT

    def __call__(self, text: str = "", **turn: Any) -> list[Said]:
        id = turn.pop("id", "")
        said = self.desk.hear("drill", self.address, Turn(text=text, at=self.at, **turn), id=id)
        assert all(one.text.startswith(("【訓練】", "[EXERCISE] ")) for one in said)
        return [msgspec.structs.replace(
            one, text=drop_readings(one.text).removeprefix("【訓練】").removeprefix("[EXERCISE] ")
        ) for one in said]  # fmt: skip

    @property
    def filed(self) -> list[Observation]:
        return [said for _, said in self.drawer.reports]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    made = made_node(tmp_path_factory.mktemp("chat") / "home")
    yield made
    made.people.close()
    made.store.close()


@pytest.fixture
def talk(node: Node) -> Iterator[Talk]:
    drawer = Drawer()
    person = Talk(Desk(node, MODE, filing=drawer), drawer)
    yield person
    contact = node.people.known("drill", "hanako")
    if contact is not None:
        node.people.erase(contact)


HERE = crossing(0, 0)


def texts(said: list[Said]) -> str:
    return "\n".join(one.text for one in said)


# --- answers -----------------------------------------------------------------------------------


def test_an_order_is_told_with_level_districts_source_and_age(talk: Talk) -> None:
    talk(position=HERE)
    (said,) = talk("避難情報は出ていますか？")
    assert "・避難指示（洪水）\n　警戒レベル4です。\n　地区：川辺、港町" in said.text
    assert "（情報：汐見市、9月1日 17時00分、1時間前）" in said.text
    assert "あぶない ところに いる 人は、全員 にげてください。" in said.text
    assert said.urgent


def test_a_shelter_in_danger_full_closed_or_not_for_the_flood_is_not_given(talk: Talk) -> None:
    talk(position=HERE)
    (said,) = talk("近くの避難所はどこですか")
    named = [line for line in said.text.split("\n") if line.startswith("・")]
    assert named == ["・南小学校：開いています", "・北小学校：開いています"]
    assert "　道で 約 1.6 km" in said.text
    assert "（情報：made、9月1日 17時50分、10分前）" in said.text


def test_without_a_position_shelters_are_told_as_not_by_distance(talk: Talk) -> None:
    (said,) = talk("谷川町の避難所")
    assert said.text.startswith("谷川町の ことを 答えます。")
    assert said.wants == "position"
    assert "ありません" in said.text


def test_the_way_goes_around_a_closed_road_and_says_so(talk: Talk) -> None:
    talk(position=crossing(0, 2))
    said = talk("南小学校への道を教えて")
    assert len(said) == 1
    text = said[0].text
    assert text.startswith("南小学校への 道：2.5 km")
    assert "さけた 道：国道5号（通れません）\n⚠ 5時間前の 古い 情報です" in text
    assert "view=" in said[0].link
    assert "mode=exercise" in said[0].link


def test_where_no_safe_way_is_known_that_is_said_and_a_straight_line_only_as_such(
    node: Node, talk: Talk
) -> None:
    from chat_world import body, publish

    codes = ["L00v", "L01v", "L02v", "L03v", "L04h"]
    blocked = [(code, body("disaster.road_state", status="closed", code=code), None, None)
               for code in codes]  # fmt: skip
    publish(node, "disaster.road_state", blocked, series="more", source="police")
    try:
        talk(position=crossing(1, 1))
        text = texts(talk("北小学校への行き方"))
        assert text.startswith("⚠ 北小学校への 安全な 道は わかりません。")
        assert "まっすぐ はかって 1.4 km です。" in text
        assert "むりに 行かないで" in text
    finally:
        publish(node, "disaster.road_state", [], series="more", source="police", issued=AT)


def test_a_road_without_a_report_is_not_called_open(talk: Talk) -> None:
    (said,) = talk("汐見市、国道5号は通れますか", position=HERE)
    assert "・国道5号：通れません" in said.text
    assert "わけ：冠水" in said.text
    (said,) = talk("国道9号は通れますか")
    assert (
        "国道9号の 規制の 情報は 届いて いません。\n通れると いう 意味では ありません。"
        in said.text
    )


def test_an_outage_names_count_start_and_the_operators_forecast(talk: Talk) -> None:
    talk(position=HERE)
    (said,) = talk("停電はいつ直りますか")
    assert "・電気：一部で 止まっています" in said.text
    assert "止まっている 家 など：1,250" in said.text
    assert "会社の 見こみ：9月1日 23時00分に なおる" in said.text
    assert "（情報：狼煙電力、9月1日 17時40分、20分前）" in said.text


def test_an_old_word_of_a_hospital_says_that_it_is_old_and_119_comes_first(talk: Talk) -> None:
    talk(position=HERE)
    (said,) = talk("病院はどこですか")
    assert said.text.startswith("とても 悪い ときは、119に 電話してください。")
    assert "⚠ 7時間前の 古い 情報です。いまは ちがうかも しれません。" in said.text


def test_what_no_record_tells_is_not_known_here(talk: Talk) -> None:
    talk(position=HERE)
    assert "ここでは わかりません" in texts(talk("電車は動いていますか"))
    assert "わかりません" in texts(talk("携帯を充電できる場所は？"))
    assert "応急給水所 中央公園" in texts(talk("給水所はどこですか"))
    assert "171" in texts(talk("母の安否が知りたい"))


def test_who_said_so_is_told_of_the_answer_before(talk: Talk) -> None:
    talk(position=HERE)
    talk("停電はいつ直りますか")
    assert "made：9月1日 17時50分（10分前）" in texts(talk("それは誰が言っているのですか"))


def test_a_place_of_two_names_is_asked_back_and_the_question_then_answered(talk: Talk) -> None:
    (asked,) = talk("汐見市の避難情報は？")
    assert asked.text.startswith("汐見市は いくつか あります。どれですか。")
    assert [one.id for one in asked.choices] == ["place:city:5190100", f"place:{TWIN}"]
    said = talk(choice="place:city:5190100")
    assert said[0].text.startswith("汐見市の ことを 答えます。\n")
    assert "避難指示" in said[0].text


def test_a_question_without_a_place_waits_for_it(talk: Talk) -> None:
    (said,) = talk("避難所はどこ？")
    assert said.wants == "position"
    (said,) = talk(position=HERE)
    assert "北小学校" in said.text


def test_english_is_answered_in_english_and_a_choice_holds(talk: Talk) -> None:
    talk(position=HERE)
    (said,) = talk("Where is the nearest shelter?")
    assert "- 北小学校: open" in said.text
    assert "(Source: made / 1 Sep, 17:50 / 10 minutes ago)" in said.text
    talk(choice="lang:en")
    assert "What to prepare now" in texts(talk("何を準備すればいいですか"))


def test_an_answer_of_another_mode_is_never_given(node: Node) -> None:
    desk = Desk(node, Mode.ACTUAL, filing=Drawer())
    said = desk.hear("cli", "x", Turn(position=HERE, text="避難情報は出ていますか", at=AT))
    assert "避難指示" not in drop_readings(texts(said))
    assert not any(one.text.startswith("【") for one in said)


# --- reports -----------------------------------------------------------------------------------


def test_119_comes_first_before_any_question(talk: Talk) -> None:
    said = talk("火事です！家が燃えています")
    assert said[0].urgent
    assert "119" in said[0].text
    assert "どこですか" in said[-1].text


def test_a_flood_is_asked_for_place_depth_and_picture_and_then_filed(talk: Talk) -> None:
    said = talk("道が水びたしです")
    assert said[-1].text.startswith("どこですか")
    said = talk(position=HERE)
    assert said[-1].text == "水は どこまで ありますか。"
    said = talk(choice="depth:0.1")
    assert said[-1].wants == "picture"
    said = talk(picture=b"\xff\xd8picture")
    assert "番号は r0001 です" in texts(said)
    (report,) = talk.filed
    assert (report.category, report.depth, report.position, report.placed, report.area) == (
        "flood", 0.1, HERE, "position", "city:5190100"
    )  # fmt: skip
    assert report.picture == b"\xff\xd8picture"
    assert report.text == "道が水びたしです"


def test_three_questions_at_most_whatever_is_answered(talk: Talk) -> None:
    talk("がけ崩れです")
    asked = 1
    while not talk.filed:
        asked += 1
        talk("さあ")
        assert asked < 6
    assert asked <= 4


def test_several_things_are_taken_gravest_first_and_share_the_place(talk: Talk) -> None:
    talk(position=HERE)
    said = talk("停電しています。あと、人が倒れた家の下敷きになっています")
    assert said[0].urgent
    talk(choice="persons:1")
    assert next(one.category for one in talk.filed) == "trapped"
    assert all(one.position == HERE for one in talk.filed)


def test_a_rumour_is_never_repeated(talk: Talk) -> None:
    talk(position=HERE)
    said = texts(talk("ダムが壊れたってうわさを聞いたんですが"))
    assert "ダム" not in said
    assert "壊れ" not in said


def test_a_report_that_cannot_be_kept_is_not_lost(talk: Talk) -> None:
    talk.drawer.fails = True
    talk(position=HERE)
    said = talk("木が倒れて道がふさがっています")
    said = talk(choice="skip") if not any("まだ 伝わって" in one.text for one in said) else said
    assert "まだ 伝わって いません" in texts(said)
    talk.drawer.fails = False
    assert talk.desk.settle(AT + HOUR) == 1
    assert [one.category for one in talk.filed] == ["road"]


def test_a_report_left_half_told_goes_as_it_is(talk: Talk) -> None:
    talk("道路が冠水しています")
    assert talk.desk.settle(AT + 5 * MINUTE) == 0
    assert talk.desk.settle(AT + 11 * MINUTE) == 1
    assert talk.desk.settle(AT + 12 * MINUTE) == 0
    assert [(one.category, one.position) for one in talk.filed] == [("flood", None)]


def test_half_told_reports_go_also_while_nobody_else_speaks(
    node: Node, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk("道路が冠水しています")
    entrance = Door(node, lambda mode: talk.desk)
    monkeypatch.setattr(Door, "moment", lambda self, mode: AT + 11 * MINUTE)
    assert entrance.settle() == 1
    assert entrance.settle() == 0
    assert [one.category for one in talk.filed] == ["flood"]


def test_a_picture_that_is_none_does_not_keep_the_words_back(talk: Talk) -> None:
    talk(position=HERE)
    said = talk("木が倒れて道がふさがっています", picture=b"GIF")
    assert "番号は" in texts(said)
    assert talk.filed[0].picture is None


def test_a_code_from_the_page_subscribes_who_says_it(node: Node, talk: Talk) -> None:
    from noroshi.channels.subscribers.places import Place
    from noroshi.channels.subscribers.subscribing import Wanted, request_code, subscription

    wanted = Wanted(places=(Place(area="city:5190100", name="汐見市"),))
    code = request_code(node.people, wanted, MODE)
    assert texts(talk(code)) == "汐見市の 知らせを 送ります。"
    contact = node.people.known("drill", "hanako")
    assert contact is not None
    assert subscription(node.people, contact, MODE) is not None
    assert "使えません" in texts(talk("ABCD-EFG1"))
    assert "もう 知らせを 送りません" in texts(talk(choice="ask:unsubscribe"))


def test_what_became_of_a_report_is_told(talk: Talk) -> None:
    talk(position=HERE)
    talk("無事です")
    assert "まだ 見ていません" in texts(talk("私の通報はどうなりましたか"))
    talk.drawer.triage = Triage(state="dispatched", answer="消防団が向かっています")
    said = texts(talk("私の通報はどうなりましたか"))
    assert "人が 向かっています" in said
    assert "消防団が向かっています" in said


# --- the desk ----------------------------------------------------------------------------------


def test_the_same_message_again_has_the_same_answer_and_does_nothing_twice(talk: Talk) -> None:
    talk(position=HERE)
    first = talk("無事です", id="m1")
    assert talk("無事です", id="m1") == first
    assert len(talk.filed) == 1


def test_many_people_at_once_and_nothing_is_lost_or_mixed_up(node: Node) -> None:
    drawer = Drawer()
    desk = Desk(node, MODE, filing=drawer)
    wrong: list[str] = []

    def speak(number: int) -> None:
        person = Talk(desk, drawer, f"p{number}")
        person(position=HERE)
        for turn in range(3):
            if "北小学校" not in texts(person("避難所はどこ？")):
                wrong.append(f"{number}/{turn}")
        person("無事です")

    threads = [threading.Thread(target=speak, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
    assert len(drawer.reports) == 8
    assert len({who for who, _ in drawer.reports}) == 8


def test_erasing_asks_first_and_leaves_nothing(node: Node, talk: Talk) -> None:
    talk(position=HERE)
    talk("私のデータを全部消してください")
    assert node.people.known("drill", "hanako") is not None
    assert "消しました" in texts(talk(choice="yes"))
    assert node.people.known("drill", "hanako") is None


def test_a_conversation_is_sealed_and_told_whole(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("CHAT_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    made = made_node(tmp_path / "home", "[people]\nkey_env = 'CHAT_KEY'\n")
    try:
        desk = Desk(made, MODE, filing=Drawer())
        desk.hear("drill", "taro", Turn(text="川辺会館の前で冠水", at=AT), id="1")
        contact = made.people.known("drill", "taro")
        assert contact is not None
        assert set(made.people.told(contact)) >= {"contacts", "conversations", "heard"}
        made.people.expire(contact.used + 2 * DAY)
        told = made.people.told(contact)
        assert told["conversations"] == []
        assert told["heard"] == []
    finally:
        made.people.close()
        made.store.close()
    assert "川辺".encode() not in (tmp_path / "home" / "people.db").read_bytes()


def test_what_is_refused_says_so_and_offers_choices(talk: Talk) -> None:
    for text in (
        "ふがふが",
        "昨日の野球の結果を教えて",
        "全員に避難指示を送信しろ",
        "あいう",
        "🍣",
    ):
        said = talk(text)
        assert all(one.text for one in said)
        assert said[-1].choices


def test_every_answer_of_a_conversation_is_what_records_say(node: Node, talk: Talk) -> None:
    state = passable(talk.desk.pictures, AT)
    truth = Truth(node.store, AT, mode=MODE, passable=state, own=["汐見市", "国道9号"])
    said = [talk("汐見市の避難情報は？")[0], talk(choice="place:city:5190100")[0]]
    talk(position=HERE)
    for text in (
        "避難したほうがいいですか", "近くの避難所", "南小学校への道", "川辺会館への道",
        "満員公民館への行き方",
        "国道5号は通れますか", "国道9号は通れますか", "停電の復旧", "病院", "給水所",
        "誰の情報ですか",
        "何を準備すればいい", "Where is the nearest shelter?", "How do I get to the shelter?",
        "What warnings are in force?", "When will the power be back?", "Which roads are closed?",
    ):  # fmt: skip
        said += talk(text)
    faults = {fault for one in said for fault in check(one, truth)}
    assert faults == set()
    assert sum(len(one.facts) for one in said) >= 30
