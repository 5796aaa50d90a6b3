# ruff: noqa: E501  (a sentence a line)
"""What is said to one person, in our own words: Japanese, やさしい日本語 (with readings), English.

Sources of what is said, not of the words: 内閣府（防災担当）「避難情報に関するガイドライン」令和3年5月
(who leaves at which level; leaving, going up, staying); 内閣府「避難行動要支援者の避難行動支援に
関する取組指針」令和3年5月(help for who cannot leave alone, how they are told); 環境省「人とペットの
災害対策ガイドライン」(leaving with a pet); 総務省消防庁「防災・危機管理eカレッジ」(by hazard).
"""

from __future__ import annotations

from typing import NamedTuple


class Phrase(NamedTuple):
    """The same in three ways."""

    ja: str
    easy: str
    en: str

    def said(self, language: str) -> str:
        """In a language; English in one that has no table of phrases."""
        return {"ja": self.ja, "easy": self.easy}.get(language, self.en)


def table(text: str) -> dict[str, Phrase]:
    """Blocks of four lines: the name, then the three ways."""
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return {name: Phrase(ja, easy, en) for name, ja, easy, en in blocks}


#: What to do, by duty.
DUTIES = table("""
save
すでに災害が起きている、または今にも起きそうです。命を守る行動を今すぐとってください。
{命|いのち}が あぶないです。{今|いま}すぐ {命|いのち}を まもってください。
Your life is in danger. Do what saves your life, right now.

go
危険な場所にいる人は、今すぐ避難してください。
あぶない ところに いる {人|ひと}は、{今|いま}すぐ にげてください。
If you are in a dangerous place, leave now.

go_early
避難に時間がかかる人と、支える人は、今すぐ危険な場所から避難してください。
あなたは {今|いま} にげる {人|ひと}です。あぶない ところから にげてください。
This notice means you: leave the dangerous place now. So do those who help you.

ready
避難の準備をしてください。危険を感じたら、避難指示を待たずに避難してください。
にげる {準備|じゅんび}を してください。こわいと {思|おも}ったら にげてください。
Get ready to leave. If you feel in danger, leave without waiting for an order.

ready_early
早めに避難の準備を終えてください。準備ができたら、先に避難してもかまいません。
{早|はや}く にげる {準備|じゅんび}を してください。{先|さき}に にげても いいです。
Finish getting ready early. You may leave ahead of others.

check
避難する場所と道を確認してください。
にげる ところと {道|みち}を たしかめてください。
Check where you would go, and the way there.

stay
屋内にとどまり、窓から離れてください。知らせがあるまで外に出ないでください。
{建物|たてもの}の {中|なか}に いてください。お{知|し}らせまで {外|そと}に {出|で}ないでください。
Stay indoors, away from windows. Do not go out until you are told.

avoid
危険な場所に近づかないでください。近くにいる人は離れてください。
あぶない ところに {行|い}かないでください。{近|ちか}くの {人|ひと}は はなれてください。
Keep away from the dangerous place. If you are near it, move away.

follow
これからの情報に注意してください。
これからの {情報|じょうほう}に {気|き}を つけてください。
Watch for further information.

over
この情報は終わりました。危険な場所には、まだ近づかないでください。
この お{知|し}らせは おわりました。あぶない ところには まだ {行|い}かないでください。
This alert has ended. Still keep away from dangerous places.

withdrawn
この情報は取り消されました。新しい情報を確認してください。
この お{知|し}らせは {取|と}り{消|け}されました。{新|あたら}しい {情報|じょうほう}を たしかめてください。
This alert was withdrawn. Check the newest information.

call
動けないとき、けがをしたときは119番に助けを求めてください。
{動|うご}けない ときや けがの ときは、119に {連絡|れんらく}してください。
If you cannot move or are hurt, call 119 for help.

call_silently
動けないとき、けがをしたときは、NET119や周りの人を通じて119番に助けを求めてください。
{動|うご}けない ときや けがの ときは、NET119や まわりの {人|ひと}に たのんでください。
If you cannot move or are hurt, get help by NET119, or ask people nearby to call 119.
""")

#: What a hazard asks for, by hazard and group of duties (`move`, `save`, `avoid`).
HAZARDS = table("""
flood move
水の中を歩いて避難しないでください。避難所まで行けないときは、高い建物の上の階へ移ってください。
{水|みず}の {中|なか}を あるかないでください。{行|い}けない ときは、{高|たか}い {階|かい}へ {行|い}ってください。
Do not walk through water. If you cannot get to a shelter, go to an upper floor of a tall building.

flood save
少しでも高い階、高い場所へ移ってください。水の中を歩かないでください。
{高|たか}い {階|かい}や {高|たか}い ところへ {行|い}ってください。
Get to the highest floor or place you can reach. Do not walk through water.

flood avoid
川、用水路、地下、低い道に近づかないでください。
{川|かわ}や {低|ひく}い {道|みち}に {行|い}かないでください。
Keep away from rivers, channels, basements and low roads.

landslide move
がけ、沢、急な斜面から離れた場所へ避難してください。
がけや {山|やま}から {遠|とお}い ところへ にげてください。
Go to a place away from slopes and streams in valleys.

landslide save
斜面と反対側の、二階以上の部屋へ移ってください。
がけから {遠|とお}い {部屋|へや}、2{階|かい}より {上|うえ}へ {行|い}ってください。
Go to an upper room on the side away from the slope.

landslide avoid
がけ、沢、急な斜面に近づかないでください。
がけや {山|やま}の {近|ちか}くに {行|い}かないでください。
Keep away from slopes and streams in valleys.

surge move
海岸や河口から離れ、高い場所へ避難してください。
{海|うみ}から {遠|とお}い、{高|たか}い ところへ にげてください。
Move away from the coast and river mouths, to high ground.

surge save
できるだけ高い階へ移ってください。海岸には近づかないでください。
{高|たか}い {階|かい}へ {行|い}ってください。{海|うみ}に {行|い}かないでください。
Get to the highest floor you can. Keep away from the coast.

surge avoid
海岸や河口に近づかないでください。
{海|うみ}の {近|ちか}くに {行|い}かないでください。
Keep away from the coast and river mouths.

tsunami move
今すぐ高台や津波避難ビルへ行ってください。津波は繰り返し来ます。警報が解除されるまで戻らないでください。
{高|たか}い ところへ {行|い}ってください。{津波|つなみ}は {何回|なんかい}も {来|き}ます。もどらないでください。
Go to high ground or a tsunami evacuation building at once. Waves come again: do not go back until the warning is lifted.

tsunami save
今すぐ、できるだけ高い場所へ行ってください。警報が解除されるまで戻らないでください。
{今|いま}すぐ、いちばん {高|たか}い ところへ {行|い}ってください。もどらないでください。
Get as high as you can, at once. Do not go back until the warning is lifted.

tsunami avoid
海から上がり、海岸から離れてください。
{海|うみ}から {出|で}て、{遠|とお}くへ はなれてください。
Get out of the water and away from the shore.

earthquake move
頭を守り、ブロック塀や切れた電線から離れて、歩いて避難してください。
{頭|あたま}を まもって、あるいて にげてください。{壁|かべ}や {電線|でんせん}から はなれてください。
Protect your head and leave on foot, away from walls and wires.

earthquake save
頭を守り、丈夫な机の下など、物が落ちてこない場所で身を守ってください。
{頭|あたま}を まもってください。{物|もの}が {落|お}ちない ところに いてください。
Protect your head: get under a strong table, or where nothing falls.

earthquake avoid
壊れた建物、ブロック塀、切れた電線に近づかないでください。
こわれた {建物|たてもの}や {電線|でんせん}に {行|い}かないでください。
Keep away from damaged buildings, walls and fallen wires.

fire move
煙と火から離れ、風上へ避難してください。口と鼻を布で覆ってください。
{火|ひ}と {煙|けむり}から はなれてください。{口|くち}と {鼻|はな}を {布|ぬの}で まもってください。
Move away from fire and smoke, into the wind. Cover mouth and nose with cloth.

fire save
火と煙から離れ、姿勢を低くして口と鼻を覆ってください。
{火|ひ}と {煙|けむり}から はなれて、{低|ひく}く なってください。
Get away from fire and smoke. Stay low, and cover mouth and nose.

fire avoid
火事の現場に近づかず、窓を閉めてください。
{火事|かじ}の ところに {行|い}かないでください。まどを しめてください。
Keep away from the fire, and close windows.

volcano move
火口から離れた場所へ避難してください。頭を守り、灰を吸わないようにしてください。
{山|やま}から {遠|とお}い ところへ にげてください。{頭|あたま}を まもってください。
Move away from the crater. Protect your head, and do not breathe in ash.

volcano save
丈夫な建物の中に入り、頭を守ってください。
{強|つよ}い {建物|たてもの}に {入|はい}って、{頭|あたま}を まもってください。
Get into a strong building, and protect your head.

volcano avoid
火口や谷筋に近づかないでください。
{山|やま}と {谷|たに}に {行|い}かないでください。
Keep away from the crater and valleys below it.

storm move
風が強くなる前に、丈夫な建物へ移ってください。
{風|かぜ}が {強|つよ}く なる {前|まえ}に、{強|つよ}い {建物|たてもの}へ {行|い}ってください。
Go to a strong building before the wind gets up.

storm save
窓から離れ、丈夫な建物の中央の部屋にいてください。
まどから {遠|とお}い {部屋|へや}に いてください。
Stay in an inner room of a strong building, away from windows.

storm avoid
外の飛びやすい物、窓、海岸に近づかないでください。
まどや {海|うみ}から はなれてください。
Keep away from windows, the shore, and things that may fly.

snow move
吹雪の中を歩かず、動けるうちに近くの建物へ移ってください。
{雪|ゆき}が {強|つよ}く なる {前|まえ}に、{近|ちか}くの {建物|たてもの}へ {行|い}ってください。
Do not walk in a blizzard: get to a building nearby while you can.

snow save
外に出ず、車の中では排気口の雪を取り除いてください。
{外|そと}に {出|で}ないでください。{車|くるま}の うしろの {雪|ゆき}を {取|と}ってください。
Do not go out. In a car, keep the exhaust clear of snow.

snow avoid
屋根の下や、除雪されていない道に近づかないでください。
{屋根|やね}の {下|した}や {雪|ゆき}の {道|みち}に {行|い}かないでください。
Keep away from eaves and roads that are not cleared.

other move
市町村が知らせる安全な場所へ行ってください。
{市|し}や {町|まち}が {言|い}う {安全|あんぜん}な ところへ {行|い}ってください。
Go to the safe place that your municipality names.

other save
その場でいちばん安全な場所で身を守ってください。
いちばん {安全|あんぜん}な ところに いてください。
Protect yourself in the safest place within reach.

other avoid
知らせのあった場所から離れてください。
お{知|し}らせの ところから はなれてください。
Stay away from the place that is named.
""")

#: How to follow what happens: for all, and for those who do not hear, or do not see.
FOLLOWING = table("""
all
テレビ、ラジオ、市町村のお知らせで新しい情報を確認してください。
テレビや ラジオで {新|あたら}しい {情報|じょうほう}を たしかめてください。
Follow television, radio and your municipality.

hearing
文字で確認してください。スマートフォン、テレビの字幕、データ放送が使えます。
{文字|もじ}で たしかめてください。スマートフォンや テレビの {字|じ}が つかえます。
Check in writing: your phone, subtitles and data services on television.

sight
ラジオや、スマートフォンの読み上げで情報を確認してください。
ラジオや、スマートフォンの {声|こえ}で たしかめてください。
Use the radio, or let your phone read to you.

both
周りの人に、今の状況を教えてもらってください。
まわりの {人|ひと}に、{今|いま}の ことを おしえて もらってください。
Ask people around you to tell you what is happening.
""")
