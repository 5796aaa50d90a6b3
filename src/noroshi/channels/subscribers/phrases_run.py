# ruff: noqa: E501  (a sentence a line)
"""What is said to a person for their need where minutes count (tsunami): go as you are, at once.

Sources: `noroshi.channels.subscribers.phrases`; 内閣府「津波避難対策推進マニュアル検討会報告書」(leaving at
once, on foot, without going back for things).
"""

from __future__ import annotations

from noroshi.channels.subscribers.phrases import table

RUN_PHRASES = table("""
older
近くの人に声をかけ、一緒に高い所へ行ってください。荷物は取りに戻らないでください。
{近|ちか}くの {人|ひと}と {一緒|いっしょ}に {行|い}ってください。{物|もの}を {取|と}りに もどらないでください。
Call to people nearby and go up together. Do not go back for things.

wheelchair
すぐに周りの人を呼び、近くの高い建物の上の階へ運んでもらってください。
すぐに まわりの {人|ひと}を よんで、{高|たか}い {建物|たてもの}へ {行|い}ってください。
Call to people around you at once, and let them carry you up in the nearest tall building.

infant
子どもを抱いて、すぐに高い所へ行ってください。
こどもを だいて、すぐに {高|たか}い ところへ {行|い}ってください。
Hold the child, and go up at once.

pregnant
周りの人に支えてもらい、すぐに高い所へ行ってください。
まわりの {人|ひと}と、すぐに {高|たか}い ところへ {行|い}ってください。
Let somebody steady you, and go up at once.

hearing
周りの人が逃げていたら、理由が分からなくても一緒に逃げてください。
まわりの {人|ひと}が にげて いたら、{一緒|いっしょ}に にげてください。
If people around you flee, flee with them, even if you do not know why.

sight
近くの人に声をかけ、腕を借りて高い所へ行ってください。
{近|ちか}くの {人|ひと}を よんで、{腕|うで}を かりて {行|い}ってください。
Call to people nearby, take somebody’s arm, and go up.

dialysis
まず逃げてください。透析を受けている病院には、安全になってから連絡してください。
まず にげてください。{病院|びょういん}には あとで {連絡|れんらく}してください。
Flee first. Contact your dialysis clinic once you are safe.

power
手元の酸素や電池だけを使い、すぐに周りの人に助けを求めてください。
{今|いま} ある {酸素|さんそ}や {電池|でんち}だけで、すぐに にげてください。
Go with the oxygen or battery at hand, and ask people around you for help at once.

pet
動物を探しに戻らないでください。そばにいれば連れて逃げてください。
{動物|どうぶつ}を さがしに もどらないでください。
Do not go back to look for a pet. Take it along if it is with you.

carless
歩いて、いちばん近い高い所へ行ってください。
あるいて、{近|ちか}くの {高|たか}い ところへ {行|い}ってください。
Walk to the nearest high place.

foreign
周りの人と一緒に、すぐに高い所へ行ってください。
まわりの {人|ひと}と {一緒|いっしょ}に、すぐに {行|い}ってください。
Go up at once, together with people around you.
""")
