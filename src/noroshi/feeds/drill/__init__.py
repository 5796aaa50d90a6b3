"""Drills: a fictional prefecture, what happens in it, and the messages its organisations send."""
