"""Pages of projects, by aggregate."""
