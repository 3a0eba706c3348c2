"""Coverage-guided fuzzing of what reads a spec: `make fuzz`."""
