"""The runtimes that turn face crops into angles, behind one interface."""
