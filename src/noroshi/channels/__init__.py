"""How records go out: GeoJSON, CSV, JSON lines, GeoParquet, tables and packages."""
