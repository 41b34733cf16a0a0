"""What was sent, kept in one file each, and what has changed since."""
