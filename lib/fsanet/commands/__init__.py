"""One file a verb of `fsanet`: its docstring is the help, `add_options(parser)` its options, `run(args)` its work.

A verb that takes more than a file is a folder whose `__init__` is that file. A verb of many is a folder too: the
docstring is the help, `VERBS` the table, and a file each what `fsanet VERB WHAT` does.
"""
