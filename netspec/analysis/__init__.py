"""Figures of a program: plain functions, each computed once per distinct instance and composed."""
