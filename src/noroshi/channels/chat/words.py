"""What values of records are called: states of shelters, roads, hospitals and outages.

Each word stands for one value of one field; the check of answers holds a word against the record
by the same tables (`noroshi.channels.chat.facts`).
"""

from __future__ import annotations

from noroshi.channels.chat.phrases import Word

OPEN = {
    "open": Word("{開|あ}いています", "open"),
    "permanent": Word("いつも {開|あ}いています", "always open"),
    "closed": Word("{閉|し}まりました", "closed"),
    "not_open": Word("{開|あ}いていません", "not open"),
    "unknown": Word("{開|あ}いているか わかりません", "whether it is open is not known"),
    "other": Word("ようすが わかりません", "its state is not known"),
}
CROWDING = {
    "free": Word("{空|あ}いています", "there is room"),
    "congested": Word("{混|こ}んでいます", "crowded"),
    "full": Word("いっぱいです", "full"),
}
ROAD = {
    "closed": Word("{通|とお}れません", "closed"),
    "restricted": Word("{通|とお}りにくいです（{規制|きせい}が あります）", "restricted"),
    "closed_to_large": Word(
        "{大|おお}きい {車|くるま}は {通|とお}れません", "closed to large vehicles"
    ),
    "chains_required": Word("タイヤの チェーンが いります", "tyre chains required"),
    "lane_restricted": Word("{車線|しゃせん}が {少|すく}ないです", "fewer lanes"),
    "alternating": Word("{片側|かたがわ}ずつ {通|とお}ります", "one side at a time"),
    "two_way": Word(
        "{片側|かたがわ}を {両方|りょうほう}が {通|とお}ります", "both ways on one side"
    ),
    "passable": Word("{通|とお}れると {届|とど}いています", "reported passable"),
    "open": Word("{通|とお}れると {届|とど}いています", "reported passable"),
    "unknown": Word("{通|とお}れるか わかりません", "not known"),
}
HOSPITAL = {
    "normal": Word("ふつうに {診|み}ています", "works as usual"),
    "limited": Word("{一部|いちぶ}だけ {診|み}ています", "works in part"),
    "stopped": Word("{診|み}ていません", "does not work"),
    "evacuating": Word("{患者|かんじゃ}が にげています", "is being evacuated"),
    "unknown": Word("ようすが わかりません", "its state is not known"),
}
SERVICE = {
    "power": Word("{電気|でんき}", "power"), "water": Word("{水道|すいどう}", "water"),
    "sewage": Word("{下水道|げすいどう}", "sewage"), "gas": Word("ガス", "gas"),
    "telecom": Word("{電話|でんわ}・ネット", "telephone and internet"),
    "other": Word("そのほか", "other supply"),
}  # fmt: skip
SUPPLY = {
    "out": Word("{止|と}まっています", "cut off"),
    "partial": Word("{一部|いちぶ}で {止|と}まっています", "cut off in part"),
    "restored": Word("なおりました", "restored"),
    "unknown": Word("わかりません", "not known"),
}
RANK = {
    "expressway": Word("{高速|こうそく}{道路|どうろ}", "expressway"),
    "national": Word("{国道|こくどう}", "national road"),
    "prefectural": Word("{県|けん}の {道|みち}", "prefectural road"),
    "municipal": Word("{町|まち}の {道|みち}", "local road"),
    "lane": Word("{細|ほそ}い {道|みち}", "lane"), "other": Word("{道|みち}", "road"),
}  # fmt: skip
WANT = {
    "over_capacity": Word("{人|ひと}が {多|おお}すぎます", "more people than it holds"),
    "nearly_full": Word("もうすぐ いっぱいです", "nearly full"),
    "no_power": Word("{電気|でんき}が ありません", "no power"),
    "no_water": Word("{水|みず}が ありません", "no water"),
    "power_partly": Word("{電気|でんき}が {止|と}まっているかも しれません",
                         "power may be cut off"),
    "water_partly": Word("{水|みず}が {止|と}まっているかも しれません",
                         "water may be cut off"),
    "silent": Word("{長|なが}い あいだ {報告|ほうこく}が ありません", "no report for long"),
    "never_reported": Word("{一度|いちど}も {報告|ほうこく}が ありません", "never reported"),
    "not_designated": Word("いまの {災害|さいがい}の ための {場所|ばしょ}では ありません",
                           "not designated for the present hazard"),
    "in_hazard": Word("あぶない {所|ところ}に あります", "in a hazard area"),
}  # fmt: skip
TRIAGE = {
    "new": Word("まだ {見|み}ていません", "not looked at yet"),
    "confirmed": Word("{本当|ほんとう}だと わかりました", "confirmed"),
    "dispatched": Word("{人|ひと}が {向|む}かっています", "somebody is on the way"),
    "resolved": Word("{終|お}わりました", "dealt with"),
    "dismissed": Word("{対応|たいおう}は ありません", "no action will be taken"),
}
DIRECTIONS = (
    Word("{北|きた}", "north"), Word("{北東|ほくとう}", "north-east"), Word("{東|ひがし}", "east"),
    Word("{南東|なんとう}", "south-east"), Word("{南|みなみ}", "south"),
    Word("{南西|なんせい}", "south-west"), Word("{西|にし}", "west"),
    Word("{北西|ほくせい}", "north-west"),
)  # fmt: skip
STRAIGHT, RIGHT, LEFT = (
    Word("まっすぐ", "straight on"), Word("{右|みぎ}へ", "turn right"),
    Word("{左|ひだり}へ", "turn left"),
)  # fmt: skip

#: Field of a body → what its values are called.
FIELDS: dict[str, tuple[dict[str, Word], ...]] = {
    "status": (OPEN, ROAD, HOSPITAL, SUPPLY), "crowding": (CROWDING,), "rank": (RANK,),
    "service": (SERVICE,), "reason": (WANT,), "state": (TRIAGE,), "restrictions": (ROAD,),
}  # fmt: skip
