"""Invented Japanese names that could be real: two elements, each with its reading.

A name is made of a first element (潮, 杉, 長 …) and a second one that
suits the ground (浦, 原, 谷 …).
No real prefecture's or municipality's name comes out: those that the elements could make are
listed in `REAL`, and a test holds that list against the official boundaries where present.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from noroshi.feeds.drill.world.model import rng


class Name(msgspec.Struct, frozen=True):
    """A name and its reading in ひらがな."""

    name: str
    kana: str

    def of(self, suffix: str, kana: str) -> Name:
        """This name with a suffix: 潮見 → 潮見小学校."""
        return Name(self.name + suffix, self.kana + kana)


def _pairs(text: str) -> list[Name]:
    return [Name(*pair.split(":")) for pair in text.split()]


_FIRST = _pairs(
    "潮:しお 風:かざ 凪:なぎ 霧:きり 星:ほし 朝:あさ 夕:ゆう 白:しら 青:あお 黒:くろ 赤:あか "
    "深:ふか 高:たか 長:なが 浅:あさ 大:おお 小:こ 松:まつ 杉:すぎ 竹:たけ 梅:うめ 楠:くす "
    "椿:つばき 桐:きり 笹:ささ 藤:ふじ 萩:はぎ 榎:えのき 栗:くり 柏:かしわ 鶴:つる 亀:かめ "
    "鷹:たか 雁:かり 鹿:しか 熊:くま 石:いし 岩:いわ 砂:すな 水:みず 滝:たき 早:はや 荒:あら "
    "清:きよ 鳴:なる 音:おと 古:ふる 新:にい 若:わか 永:なが 安:やす 吉:よし 豊:とよ 富:とみ "
    "福:ふく 宮:みや 神:かみ 御影:みかげ 日和:ひより 八重:やえ 三笠:みかさ 千草:ちぐさ "
    "百瀬:ももせ 五十鈴:いすず 若葉:わかば 茅:かや 葦:あし 菱:ひし 柳:やなぎ 桑:くわ 樫:かし "
    "栃:とち 橡:つるばみ 鷺:さぎ 鴨:かも 雉:きじ 鮎:あゆ 鯛:たい 鰍:かじか 螢:ほたる 霜:しも "
    "雪:ゆき 露:つゆ 雲:くも 虹:にじ 暁:あけ 明:あか 月:つき 沖:おき 磯:いそ 汐:しお 帆:ほ "
    "舟:ふな 網:あみ 塩:しお 鍛冶:かじ 織:おり 染:そめ 糸:いと 鞍:くら 弓:ゆみ 矢:や 鐘:かね "
    "鈴:すず 琴:こと 絹:きぬ"
)
_SECOND = {
    "coast": (
        "浦:うら 浜:はま 崎:ざき 津:つ 磯:いそ 江:え 泊:どまり 島:しま 瀬戸:せと 湊:みなと "
        "之浦:のうら 見:み 住:すみ 室:むろ 泊浦:とまりうら 砂:ご"
    ),
    "plain": (
        "原:はら 野:の 田:だ 里:さと 岡:おか 塚:づか 代:しろ 井:い 江:え 戸:ど 倉:くら 部:べ "
        "羽:ば 富:とみ 町:まち 木:き 生:う 条:じょう 郷:ごう 新田:しんでん 橋:はし 島:じま "
        "本:もと 寄:より 面:おもて"
    ),
    "valley": (
        "川:がわ 瀬:せ 沢:さわ 渡:わたり 淵:ふち 原:はら 内:うち 久保:くぼ 平:だいら 野:の "
        "口:ぐち 井:い 中:なか 落合:おちあい 渡瀬:わたらせ 沖:おき 段:だん 石:いし"
    ),
    "mountain": (
        "谷:たに 沢:さわ 山:やま 峰:みね 尾:お 根:ね 越:ごえ 畑:はた 木:ぎ 倉:くら 久保:くぼ "
        "平:だいら 奥:おく 森:もり 坂:さか 窪:くぼ 岳:たけ 川内:こうち 切:きり 藪:やぶ"
    ),
}
_SECONDS = {setting: _pairs(text) for setting, text in _SECOND.items()}
_PREFIX = _pairs(
    "上:かみ 下:しも 東:ひがし 西:にし 南:みなみ 北:きた 中:なか 奥:おく 前:まえ 元:もと"
)
_TOWN = _pairs(
    "本町:ほんまち 栄町:さかえまち 港町:みなとまち 中央:ちゅうおう 緑町:みどりまち "
    "旭町:あさひまち 錦町:にしきまち 末広:すえひろ 寿町:ことぶきまち 大手町:おおてまち "
    "八幡町:はちまんまち 駅前:えきまえ 新町:しんまち 若松町:わかまつちょう 城下:しろした "
    "材木町:ざいもくちょう 紺屋町:こんやまち 鍛冶町:かじまち 魚町:うおまち 弥生:やよい "
    "桜台:さくらだい 光が丘:ひかりがおか 青葉台:あおばだい 日の出:ひので 平和町:へいわちょう "
    "春日:かすが 千歳町:ちとせちょう 宝町:たからまち 曙町:あけぼのちょう 花園:はなぞの "
    "泉町:いずみちょう 住吉:すみよし 天神:てんじん 幸町:さいわいちょう 入船:いりふね"
)
_CHOME = _pairs("一:いっ 二:に 三:さん 四:よん 五:ご 六:ろく 七:なな 八:はっ")
_PREFECTURES = _pairs(
    "潮鳴:しおなり 風早浦:かざはやうら 凪原:なぎはら 霧江:きりえ 暁浦:あけうら 白帆:しらほ "
    "青嶺:あおね 汐津:しおつ 鷹羽:たかは 椿浦:つばきうら 楠江:くすえ 磯城野:いそしろの "
    "帆波:ほなみ 鳴浦:なるうら 沖代:おきしろ 月浦:つきうら 星野江:ほしのえ 朝凪:あさなぎ "
    "夕凪:ゆうなぎ 鶴羽:つるは 亀津:かめつ 雁浦:かりうら 藤江:ふじえ 萩津:はぎつ 笹浦:ささうら "
    "桐江:きりのえ 葦原:あしはら 菱江:ひしえ 鈴鳴:すずなり 琴浜:ことはま 弓浦:ゆみうら "
    "鐘崎:かねさき 絹江:きぬえ 豊凪:とよなぎ 富浦江:とみうらえ 音羽浦:おとわうら "
    "清瀬浦:きよせうら 荒磯:あらいそ 岩凪:いわなぎ 深江津:ふかえつ 高凪:たかなぎ 長汐:ながしお "
    "雲居浦:くもいうら 虹江:にじえ 露浦:つゆうら 雪嶺:ゆきね 霜浦:しもうら 鷺江:さぎえ "
    "鴨津:かもつ 鯛浦:たいうら 若凪:わかなぎ 永浦:ながうら 安江津:やすえつ 日和浦:ひよりうら"
)

#: Names of real municipalities and prefectures, without 市, 町, 村 or 県, that could come out.
_REAL = (
    "三笠 上富田 上水内 上砂川 上高井 下新川 下水内 下高井 中 中央 中新川 亀山 亀岡 亀田 住吉 "
    "八幡 八重山 八重瀬 北塩原 北松浦 千歳 南松浦 南風原 古平 吉富 吉岡 吉川 吉田 吉見 吉野 塩谷 "
    "大井 大口 大山 大島 大崎 大川 大木 大江 大津 大田 大町 大磯 大郷 大里 大野 安中 安平 安田 "
    "宮代 宮崎 宮津 宮田 富山 富岡 富津 富谷 富里 小坂 小山 小川 小平 小浜 小田 小谷 小野 岩倉 "
    "岩内 岩瀬 幸 新富 新島 新見 新郷 日の出 早島 早川 旭 明石 春日 朝倉 杉戸 東吉野 東松山 "
    "東松島 東松浦 東白川 松原 松山 松島 松崎 松川 松戸 松本 松江 松浦 松田 松野 柏 柏原 柏崎 "
    "柳井 柳川 柳津 栃木 栄 栗原 栗山 桐生 桜 水戸 泉 浅口 浅川 深川 深浦 深谷 清川 清瀬 清田 "
    "清里 港 滝川 滝沢 熊本 熊谷 熊野 琴平 琴浦 白井 白山 白岡 白川 白浜 白石 石井 石岡 石川 "
    "砂川 磯谷 神山 神崎 神川 神戸 神石 福井 福山 福岡 福島 福崎 福津 福生 竹原 竹富 竹田 糸島 "
    "糸田 緑 舟橋 若松 若葉 茅部 茅野 荒尾 荒川 萩 藤岡 藤崎 藤沢 藤津 藤里 西松浦 豊中 豊富 "
    "豊山 豊岡 豊島 豊川 豊平 豊根 豊橋 豊浦 豊田 豊郷 赤 赤平 錦 長井 長岡 長島 長崎 長浜 長生 "
    "長田 長野 霧島 青木 青森 青葉 高原 高山 高岡 高島 高崎 高森 高津 高浜 高石 高砂 高野 鳴沢 "
    "鴨川 鶴岡 鶴田 鶴見 鹿島 鹿部 黒川 黒石 黒部"
)
REAL = frozenset(_REAL.split())


class Namer:
    """Draws names that were not drawn before. One per part of a world: `Namer(seed, "roads")`.

    `taken` holds names already in use.
    """

    def __init__(self, seed: int, part: str, taken: Iterable[str] = ()) -> None:
        self._random = rng(seed, f"names/{part}")
        self._taken = set(taken)

    def _new(self, names: Iterable[Name]) -> Name | None:
        for name in names:
            if name.name not in self._taken and name.name not in REAL:
                self._taken.add(name.name)
                return name
        return None

    def _pick(self, of: list[Name]) -> Name:
        return of[int(self._random.integers(len(of)))]

    def place(self, setting: str) -> Name:
        """The name of a place; `setting`: coast, plain, valley or mountain."""
        seconds = _SECONDS[setting]
        for attempt in range(400):
            first, second = self._pick(_FIRST), self._pick(seconds)
            if first.name[-1] == second.name[0]:
                continue
            name = Name(first.name + second.name, first.kana + second.kana)
            if attempt >= 20 or self._random.random() < 0.06:
                before = self._pick(_PREFIX)
                name = Name(before.name + name.name, before.kana + name.kana)
            if found := self._new([name]):
                return found
        raise LookupError(f"no name left for a place of setting {setting!r}")

    def town(self, setting: str) -> Name:
        """The base of a municipality's name, to which 市, 町, 村 or 郡 is added."""
        while True:
            name = self.place(setting)
            if len(name.name) == 2 and name.name[-1] not in "町市村里郷面生条寄切藪奥窪本段砂":
                return name

    def quarter(self, setting: str) -> Name:
        """The name of a quarter of a town: the usual ones first, then those of places."""
        order = self._random.permutation(len(_TOWN))
        return self._new(_TOWN[int(index)] for index in order) or self.place(setting)

    def river(self) -> Name:
        """The name of a river, with 川."""
        while True:
            first, second = self._pick(_FIRST), self._pick(_SECONDS["valley"])
            base = first if self._random.random() < 0.3 and len(first.kana) > 2 else None
            if base is None:
                if second.name[-1] in "川沢淵口段沖中":
                    continue
                base = Name(first.name + second.name, first.kana + second.kana)
            if found := self._new([base.of("川", "がわ")]):
                return found

    def built(self, base: Name, suffix: str, kana: str) -> Name:
        """A thing named after a place: 潮見橋; a number or 新 is added where taken."""
        plain = base.of(suffix, kana)
        new = Name("新" + plain.name, "しん" + plain.kana)
        more = (
            base.of(f"第{_CHOME[n].name}{suffix}", f"だい{_CHOME[n].kana}{kana}")
            for n in range(1, 8)
        )
        east = (Name(p.name + plain.name, p.kana + plain.kana) for p in _PREFIX)
        found = self._new([plain, new, *more, *east])
        while found is None:
            found = self._new([self.place("plain").of(suffix, kana)])
        return found


def chome(base: Name, number: int) -> Name:
    """A numbered part of a quarter: 港町三丁目 (1 to 8)."""
    digit = _CHOME[number - 1]
    return base.of(f"{digit.name}丁目", f"{digit.kana}ちょうめ")


def prefecture(seed: int, number: int) -> Name:
    """The name of a prefecture; the 47 of one seed differ."""
    order = np.asarray(rng(seed, "names/prefecture").permutation(len(_PREFECTURES)))
    return _PREFECTURES[int(order[number])].of("県", "けん")
