"""What residents subscribe to, and whom an alert concerns (docs/subscribe.md)."""
