"""Wiring: settings, addresses, the server and the worker. Nobody imports it."""
