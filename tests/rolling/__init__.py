"""Old nodes beside new ones: what the store of each schema version asks of a database, and how it is recorded."""
