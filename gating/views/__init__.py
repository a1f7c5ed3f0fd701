"""The pages of the gates."""
