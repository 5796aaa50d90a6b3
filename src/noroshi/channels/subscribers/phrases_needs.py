# ruff: noqa: E501  (a sentence a line)
"""What is said to a person for their need, by need and group of duties.

`move`: they leave now; `save`: they save their life where they are; `early`: they get ready;
`stay`: they stay where they are, or keep away. Sources: `noroshi.channels.subscribers.phrases`.
"""

from __future__ import annotations

from noroshi.channels.subscribers.phrases import table

NEED_PHRASES = table("""
older move
一人で難しければ、近所の人や支援する人に声をかけ、一緒に避難してください。薬と眼鏡、補聴器も持ってください。
{一人|ひとり}で むずかしい ときは、{近所|きんじょ}の {人|ひと}と にげてください。{薬|くすり}を もってください。
If you cannot manage alone, ask neighbours or your helper and leave together. Take medicines, glasses and hearing aids.

older save
無理に外へ出ず、支え合って安全な部屋へ移ってください。
{無理|むり}に {外|そと}に {出|で}ないでください。{安全|あんぜん}な {部屋|へや}へ {行|い}ってください。
Do not force your way outside: help each other to a safe room.

older early
薬、お薬手帳、眼鏡をまとめ、一緒に避難する人に連絡してください。
{薬|くすり}と めがねを まとめてください。{一緒|いっしょ}に にげる {人|ひと}に {連絡|れんらく}してください。
Pack medicines and glasses, and contact whoever leaves with you.

older stay
薬と水を手元に置き、家族や近所の人と連絡をとってください。
{薬|くすり}と {水|みず}を {近|ちか}くに おいてください。{家族|かぞく}に {連絡|れんらく}してください。
Keep medicines and water at hand, and stay in touch with family or neighbours.

wheelchair move
段差や坂、水につかる道を避けてください。一人で難しければ、すぐに周りの人に助けを求めてください。
{一人|ひとり}で むずかしい ときは、すぐに まわりの {人|ひと}を よんでください。
Avoid steps, slopes and flooded ways. If you cannot manage alone, ask people around you at once.

wheelchair save
無理に外へ出ず、周りの人に頼んで上の階や安全な部屋へ移してもらってください。
まわりの {人|ひと}に たのんで、{上|うえ}の {階|かい}へ {行|い}ってください。
Do not force your way outside: ask people to carry you to an upper floor or a safe room.

wheelchair early
一緒に避難する人に連絡し、段差のない道を確認してください。
{一緒|いっしょ}に にげる {人|ひと}に {連絡|れんらく}してください。
Contact whoever leaves with you, and check a way without steps.

wheelchair stay
入口をふさがない場所にいて、家族や近所の人に居場所を伝えてください。
どこに いるかを {家族|かぞく}や {近所|きんじょ}の {人|ひと}に つたえてください。
Stay clear of the entrance, and tell family or neighbours where you are.

infant move
抱っこひもで両手をあけ、ミルクとおむつを持って避難してください。
{赤|あか}ちゃんを だいて、ミルクと おむつを もって にげてください。
Carry the baby in a sling to keep your hands free. Take milk and nappies.

infant save
子どもを抱いて、安全な部屋へ移ってください。
こどもを だいて、{安全|あんぜん}な {部屋|へや}へ {行|い}ってください。
Hold the child, and move to a safe room.

infant early
ミルク、おむつ、着替え、母子健康手帳をまとめてください。
ミルク、おむつ、{服|ふく}、{母子手帳|ぼしてちょう}を まとめてください。
Pack milk, nappies, clothes and the mother and child handbook.

infant stay
子どもから目を離さず、ミルクと水を手元に置いてください。
こどもと {一緒|いっしょ}に いてください。ミルクと {水|みず}を {近|ちか}くに おいてください。
Stay with the child, and keep milk and water at hand.

pregnant move
走らず、人と一緒に避難してください。母子健康手帳を持ち、着いたら妊娠中だと伝えてください。
{人|ひと}と {一緒|いっしょ}に にげてください。おなかに {赤|あか}ちゃんが いると つたえてください。
Do not run; leave together with somebody. Take the handbook, and say on arrival that you are pregnant.

pregnant save
転ばないよう支えてもらい、安全な部屋へ移ってください。
ころばないように、{安全|あんぜん}な {部屋|へや}へ {行|い}ってください。
Let somebody steady you, and move to a safe room.

pregnant early
母子健康手帳と保険の証明をまとめ、かかりつけの病院の連絡先を確認してください。
{母子手帳|ぼしてちょう}を まとめてください。{病院|びょういん}の {電話|でんわ}を たしかめてください。
Pack the handbook and proof of insurance, and check how to reach your hospital.

pregnant stay
体を冷やさず、おなかの張りや痛みがあれば病院に連絡してください。
おなかが いたい ときは、{病院|びょういん}に {連絡|れんらく}してください。
Keep warm. If you feel tightness or pain, contact your hospital.

hearing move
近くの人と一緒に避難してください。紙とペン、補聴器の電池を持ってください。
{近|ちか}くの {人|ひと}と にげてください。{紙|かみ}と ペンを もってください。
Leave together with people nearby. Take paper and pen, and batteries for hearing aids.

hearing save
近くの人に身ぶりや文字で状況を確かめ、離れずにいてください。
{近|ちか}くの {人|ひと}と {一緒|いっしょ}に いてください。{文字|もじ}で {話|はな}してください。
Stay with people nearby, and ask by gesture or in writing.

hearing early
紙とペン、補聴器の電池、充電器をまとめてください。一緒に避難する人を決めてください。
{紙|かみ}と ペン、{電池|でんち}を まとめてください。
Pack paper and pen, batteries and a charger. Agree who leaves with you.

hearing stay
携帯電話を手元に置き、文字の知らせを見落とさないようにしてください。
スマートフォンを {近|ちか}くに おいて、{文字|もじ}を {見|み}てください。
Keep your phone at hand, and watch for written messages.

sight move
一人で動かず、周りの人に誘導を頼んで避難してください。白杖を持ってください。
まわりの {人|ひと}に たのんで、{一緒|いっしょ}に にげてください。
Ask people around you to guide you, and leave together. Take your white cane.

sight save
周りの人に声をかけ、安全な部屋へ案内してもらってください。
まわりの {人|ひと}を よんで、{安全|あんぜん}な {部屋|へや}へ {行|い}ってください。
Call to people around you, and let them guide you to a safe room.

sight early
白杖、薬、充電器を手の届く所にまとめ、一緒に避難する人に連絡してください。
{荷物|にもつ}を まとめてください。{一緒|いっしょ}に にげる {人|ひと}に {連絡|れんらく}してください。
Put cane, medicines and charger within reach, and contact whoever leaves with you.

sight stay
足元に物を置かず、家族や近所の人に居場所を伝えてください。
どこに いるかを {家族|かぞく}や {近所|きんじょ}の {人|ひと}に つたえてください。
Keep the floor clear, and tell family or neighbours where you are.

dialysis move
まず避難してください。透析の記録と薬を持ち、落ち着いたら透析を受けている病院に連絡してください。
まず にげてください。{薬|くすり}を もってください。あとで {病院|びょういん}に {連絡|れんらく}してください。
Leave first. Take your dialysis record and medicines, and contact your clinic once you are safe.

dialysis save
身を守ることを優先し、安全になったら透析を受けている病院に連絡してください。
まず {命|いのち}を まもってください。あとで {病院|びょういん}に {連絡|れんらく}してください。
Save yourself first. Contact your dialysis clinic once you are safe.

dialysis early
次の透析の日程と病院の連絡先を確認し、透析の記録と薬をまとめてください。
{次|つぎ}の {透析|とうせき}の {日|ひ}を {病院|びょういん}に きいてください。{薬|くすり}を まとめてください。
Check the date of your next dialysis and how to reach the clinic. Pack your record and medicines.

dialysis stay
透析の予定を病院に確認し、水分と食事の制限を守ってください。
{次|つぎ}の {透析|とうせき}の {日|ひ}を {病院|びょういん}に たしかめてください。
Check your next session with the clinic, and keep to your limits on drink and food.

power move
予備の電池や酸素ボンベを持ち、電源のある避難先へ行ってください。一人で難しければ、すぐに助けを求めてください。
{電池|でんち}や {酸素|さんそ}を もってください。{電気|でんき}が ある ところへ にげてください。
Take spare batteries or oxygen, and go where there is power. If you cannot manage alone, ask for help at once.

power save
機器を予備の電池や酸素ボンベに切り替え、安全な部屋へ移ってください。止まりそうなら119番に連絡してください。
{電池|でんち}や {酸素|さんそ}に かえてください。{機械|きかい}が とまる ときは 119に {連絡|れんらく}してください。
Switch to battery or bottled oxygen, and move to a safe room. Call 119 if the device is about to stop.

power early
予備の電池と酸素ボンベの残りを確認し、機器の会社と病院に連絡してください。
{電池|でんち}と {酸素|さんそ}を たしかめてください。{病院|びょういん}に {連絡|れんらく}してください。
Check batteries and oxygen that are left, and contact the supplier and your hospital.

power stay
停電に備えて予備の電源をつなぎ、残りの時間を確認してください。
{停電|ていでん}の ために、{電池|でんち}の {残|のこ}りを たしかめてください。
Have backup power ready, and know how long it lasts.

pet move
動物は連れて避難してください。ケージ、えさ、水を持ってください。
{動物|どうぶつ}も {一緒|いっしょ}に にげてください。えさと {水|みず}を もってください。
Take your pet with you, with a cage, food and water.

pet save
動物のために戻ったり外へ出たりしないでください。
{動物|どうぶつ}の ために {外|そと}に {出|で}ないでください。
Do not go back or outside for a pet.

pet early
ケージ、えさ、水をまとめ、動物を受け入れる避難所を確認してください。
{動物|どうぶつ}の えさと {水|みず}を まとめてください。
Pack a cage, food and water, and check which shelters take pets.

pet stay
動物も屋内に入れ、えさと水を手元に置いてください。
{動物|どうぶつ}も {家|いえ}の {中|なか}に {入|い}れてください。
Bring your pet indoors, with food and water.

carless move
歩いて行ける安全な場所へ向かってください。難しければ、近所の人に乗せてもらってください。
あるいて {行|い}ける {安全|あんぜん}な ところへ {行|い}ってください。
Walk to the nearest safe place. If that is too far, ask neighbours to take you.

carless save
遠くへ行こうとせず、近くの丈夫な建物の上の階などで身を守ってください。
{遠|とお}くへ {行|い}かないでください。{近|ちか}くの {高|たか}い {階|かい}へ {行|い}ってください。
Do not set out for far away: an upper floor of a strong building nearby is better.

carless early
歩くと時間がかかります。明るいうちに出られるようにし、乗せてもらう相手に連絡してください。
あるくと {時間|じかん}が かかります。{明|あか}るい {時|とき}に {出|で}てください。
Walking takes time: be able to set out in daylight, and contact whoever could take you.

carless stay
出かけず、必要な物は近所の人と助け合ってください。
{出|で}かけないでください。{近所|きんじょ}の {人|ひと}と たすけあってください。
Do not set out; share what you need with neighbours.

foreign move
近くの人と一緒に避難してください。この画面を見せて、道を聞いてください。
{近|ちか}くの {人|ひと}と {一緒|いっしょ}に にげてください。この {画面|がめん}を {見|み}せてください。
Leave together with people nearby. Show them this screen to ask the way.

foreign save
近くの人に、この画面を見せて助けを求めてください。
{近|ちか}くの {人|ひと}に この {画面|がめん}を {見|み}せてください。
Show this screen to people nearby, and ask for help.

foreign early
パスポートと在留カードをまとめ、分からないことは近くの人に聞いてください。
パスポートと {在留|ざいりゅう}カードを まとめてください。わからない ときは きいてください。
Pack your passport and residence card. Ask people nearby if anything is unclear.

foreign stay
分からないことは、近くの人や市町村の外国語の窓口に聞いてください。
わからない ことは、{近|ちか}くの {人|ひと}や {市|し}に きいてください。
Ask people nearby, or the municipality’s desk for foreign residents.
""")
