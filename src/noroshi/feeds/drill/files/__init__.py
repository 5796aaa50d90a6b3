"""A fictional prefecture as files: in the formats, encodings and habits of those who own them."""
