"""The fictional prefecture: its land, its people, and what they have built."""
