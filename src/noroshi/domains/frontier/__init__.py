"""Sea and space: vessels, orbits, and what moves there."""
