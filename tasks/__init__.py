"""HOW: plain functions, one step a module."""
