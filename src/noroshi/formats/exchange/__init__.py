"""What nodes send each other: signed envelopes and their contents.

There is no `FORMAT` here on purpose: these bytes mean something only together with a trusted
identity, so they are never recognised as an ordinary message that anybody may post.
"""
