"""What goes out to people: a durable queue, the channels that carry it, and who gets an alert."""
