"""What writes docs/: a file per generated page, one for console outputs, one for diagrams."""
