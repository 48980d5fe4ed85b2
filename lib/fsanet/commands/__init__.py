"""One file a verb of `fsanet`: its docstring is the help, `add_options(parser)` its options, `run(args)` its work."""
