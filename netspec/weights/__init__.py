"""Weights in files: how they fit a network, and how they are carried from one to another."""

from netspec.weights.fit import Fit, LoadReport, Reshaped, Stored, fit, wanted

__all__ = ["Fit", "LoadReport", "Reshaped", "Stored", "fit", "wanted"]
