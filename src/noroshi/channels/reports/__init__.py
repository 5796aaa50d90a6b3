"""What residents report: made records, and told what became of it."""
