"""Noroshi (狼煙): an open hub for information about threats."""

__version__ = "0.7.0"
