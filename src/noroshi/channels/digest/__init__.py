"""The weekly digest of infectious diseases: one page of what a week's tables and products say."""
