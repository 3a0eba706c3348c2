"""Weights in files: how they fit a network, and how they are carried from one to another."""
