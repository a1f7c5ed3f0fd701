"""What a prototype's repository and live address show, read without ever running any of it."""
