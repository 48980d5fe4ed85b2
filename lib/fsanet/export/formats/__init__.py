"""The formats that models are exported to: a table, and one file for each family of writers."""
