"""The page that finds faces and their poses in a browser: sources, and the program that builds it."""
