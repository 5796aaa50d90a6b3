"""Health: outbreaks, and the means to meet them."""
