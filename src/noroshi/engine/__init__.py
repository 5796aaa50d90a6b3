"""What happens to a message: read, kept, superseding what it replaces, products run after it."""
