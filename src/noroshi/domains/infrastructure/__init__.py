"""Infrastructure: what is damaged or out of service, and who depends on it."""
