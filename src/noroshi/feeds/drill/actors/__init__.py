"""Organisations: each sees a part of the truth, late and imperfectly, and writes what it would
send, through the real writers where there are any.

`state` says what is so at a moment; `prefecture`, `cities`, `roads`, `lifelines`, `hospitals`,
`damage`, `alerts` and `orders` write it; `wrong` makes it imperfect; `mapped` tells how each table
is to be read.
"""
