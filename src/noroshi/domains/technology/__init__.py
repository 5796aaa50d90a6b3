"""Technology security: horizons, programmes, screening and critical materials."""
