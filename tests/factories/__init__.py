"""Plain factories: small functions that build what a test needs through the real rules."""
