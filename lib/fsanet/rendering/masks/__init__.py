"""Face masks, one set of shapes and looks for renders and for photographs."""
