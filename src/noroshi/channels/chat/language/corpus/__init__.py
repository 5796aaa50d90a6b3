"""The labelled corpus: families of sentences, and what expands them (see docs/language.md).

A family is one line of `families/`: one way of saying something. Train and test share no family,
and no name of a place, person or amount. `handwritten.txt` was never expanded, trained or tuned on.
"""
