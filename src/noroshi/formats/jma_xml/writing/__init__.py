"""Writers of JMA telegrams: plain values in, bytes out. Same values, same bytes.

Any node that issues telegrams can use them, in drills and otherwise. `telegram` is what all types
share. Whoever writes a body gives names and codes of areas; no code table is built in.
"""
