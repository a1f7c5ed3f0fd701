"""Import of real portfolios: files are read, rows are judged, and what holds becomes projects."""
