"""How bytes come in: files, folders and archives now; HTTP, MQTT, peers and drills to come."""
