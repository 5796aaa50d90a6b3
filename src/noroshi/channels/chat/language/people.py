"""Who is concerned: what people need, and how badly they are hurt."""

# Tables of words: a line is a meaning.
# ruff: noqa: E501

from __future__ import annotations

import re

_NEEDS = {
    "wheelchair": r"車[いイ椅]す|車椅子|車いす|くるまいす|段差のない|バリアフリー|歩けない|足の悪い|足が不自由|"
                  r"wheelchair|step-free|cannot walk|can't walk",
    "older": r"高齢|年寄り|お年寄|としより|老人|祖母|祖父|ばあちゃん|じいちゃん|ばあさん|じいさん|"
             r"寝たきり|elderly|grandmother|grandfather|grandma|grandpa|old (?:man|woman|people)",
    "infant": r"赤ちゃん|赤ん坊|あかちゃん|乳児|乳幼児|新生児|授乳|粉ミルク|離乳食|おむつ(?!.{0,3}大人)|"
              r"baby|infant|newborn|diaper|formula",
    "child": r"子ども|子供|こども|幼児|幼い子|小さい子|children|\bkids?\b|\bchild\b",
    "pregnant": r"妊娠|妊婦|にんぷ|臨月|破水|産婦|pregnant",
    "hearing": r"耳が(?:聞こえ|遠)|耳の(?:聞こえ|遠)|聴覚|ろう者|手話|筆談|難聴|補聴器|deaf|hearing|"
               r"sign language",
    "sight": r"目が(?:見え|不自由)|目の(?:見え|不自由)|視覚|盲導犬|全盲|点字|blind|guide dog",
    "medical": r"透析|人工呼吸|酸素(?:ボンベ|濃縮|吸入)|在宅酸素|インスリン|糖尿|持病|心臓の薬|血圧の薬|"
               r"ペースメーカー|たんの吸引|痰の吸引|dialysis|insulin|oxygen|ventilator",
    "pet": r"ペット|犬(?!歯)|いぬ(?:も|と|を)|猫|ねこ(?:も|と|を)|うさぎ|\bdogs?\b|\bcats?\b|\bpets?\b",
    "allergy": r"アレルギー|allerg",
    "care": r"介護|要介護|認知症|障害者|障がい|自閉|発達障|知的障|福祉避難|ストーマ|オストメイト|disabled|"
            r"disability|dementia|autis",
    "language": r"外国人|日本語(?:が|は)?(?:わから|分から|できな|話せな|むずか)|foreigner|"
                r"don't (?:speak|understand) japanese",
    "privacy": r"着替え|更衣|プライバシー|女性(?:専用|用)|授乳室|間仕切り|privacy",
    "diet": r"ハラル|ハラール|halal|vegetarian|ベジタリアン",
}  # fmt: skip
_SEVERITY = {
    "dead": r"亡くなっ|死んで(?:る|い)|死亡|心肺停止|dead body|died",
    "not_breathing": r"(?:息|呼吸)を?(?:が|は)?(?:して(?:い)?な|しとら|してへん|してね|止ま|ない)|"
                     r"not breathing|isn't breathing|stopped breathing",
    "unconscious": r"意識(?:が|は|も)?(?:な|不明|もうろう|失)|反応(?:が|は)?な|返事(?:が|を|も)?(?:しな|な)|"
                   r"もうろう|unconscious|unresponsive|passed out",
    "bleeding": r"出血|血が|血を|血ぃ|血だらけ|血まみれ|大量の血|bleed|blood",
    "fracture": r"骨折|骨が折れ|折れたみたい|broken (?:leg|arm|bone)|broke (?:his|her|my|their)|fracture",
    "burn": r"やけど|火傷|熱傷|\bburn(?:s|ed|t)\b",
    "chest": r"胸が(?:苦し|痛)|心臓発作|ろれつ|息苦し|呼吸が苦し|chest pain|heart attack|stroke",
    "heat": r"熱中症|heat ?stroke",
    "cold": r"低体温|凍え|hypothermia",
    "pain": r"痛(?:い|が|み)|捻挫|ねんざ|打撲|in pain|sprain|bruise",
    "slight": r"軽傷|軽いけが|軽いケガ|かすり傷|minor injur|slightly",
}  # fmt: skip
_PATTERNS = {name: re.compile(words, re.I) for name, words in _NEEDS.items()}
_HURT = {name: re.compile(words, re.I) for name, words in _SEVERITY.items()}


def needs(text: str) -> tuple[str, ...]:
    """What the text says that somebody needs or is, in this order: see `Understood.needs`."""
    return tuple(name for name, pattern in _PATTERNS.items() if pattern.search(text))


def severity(text: str) -> tuple[str, ...]:
    """Words of injury, worst first."""
    return tuple(name for name, pattern in _HURT.items() if pattern.search(text))
