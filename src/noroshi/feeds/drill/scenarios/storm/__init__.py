"""The typhoon scenario's parts: what is so, who notices, who decides, and who tells of it."""
