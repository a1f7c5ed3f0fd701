"""The demo portfolio, built through the real rules: it can never show what the rules forbid."""
