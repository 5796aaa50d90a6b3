"""What a resident needs of the picture of one municipality: what is in force, what to do, where
to go. Words are やさしい日本語 (出入国在留管理庁・文化庁「在留支援のためのやさしい日本語
ガイドライン」 2020: short sentences, plain words, readings above the characters) and English."""
