"""The catalogue of service items: how they are sorted, kept in memory, and taken from packages."""
