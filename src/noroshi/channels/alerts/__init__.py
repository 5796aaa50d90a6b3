"""Alerts in the Common Alerting Protocol: what is in force, for receivers who warn others."""
