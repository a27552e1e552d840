"""People: who someone is, how they are found."""
