"""Pages for people, a resource a file."""
