"""Scenarios: what happens in a prefecture over hours, and what its organisations say of it."""
