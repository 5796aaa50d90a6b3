"""Cyber security: vulnerabilities, campaigns and notices that touch what we run."""
