"""What an alert says, from phrase tables: one `LANGUAGE.toml` for each language, and nothing that
is translated when it is sent. Always in the order level, action, place, time, reason, source."""
