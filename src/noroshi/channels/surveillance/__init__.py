"""Infectious diseases for those who read about them: the course of one disease in one area, how it
stands and how sure that is, from what is notified and what products say of it."""
