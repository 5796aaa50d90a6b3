"""Alerts that an organisation issues to the people: drafted by rule or by hand, approved, issued,
and kept right until they end."""
