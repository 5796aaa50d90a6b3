"""Language understanding without a network: what a resident's sentence asks, reports and names.

`understand.understand(text, gazetteer, at=…)` is the one way in. Dictionary and weights are loaded
on the first call, so that starting a node costs nothing.
"""
