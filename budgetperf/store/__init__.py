"""What happened: tables, sessions, visibility, the embedded server; it decides nothing."""
