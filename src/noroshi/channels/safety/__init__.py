"""The safety check 安否: groups that tell each other how they are (docs/subscribe.md)."""
