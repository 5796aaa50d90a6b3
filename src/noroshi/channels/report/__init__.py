"""Situation reports 第N報: what is known at a moment, item by item, as files for people."""
