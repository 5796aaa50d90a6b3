"""Risk assessments of infections: drafted from records, edited as text, issued as editions."""
