"""Natural disasters: who and what is in danger, and what can still be done."""
