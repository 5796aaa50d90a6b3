"""Conversation with residents: understanding, dialogue, and the ways they reach us."""
