"""Protocol 1, SSR-Net-MD: train on 300W-LP.

    make train EXPERIMENT=protocol1_ssrnet_mt
    make test MODEL=ssrnet_mt WEIGHTS=training_and_testing/runs/300W_LP

The paper's mean absolute errors: AFLW2000 6.01, BIWI_noTrack 4.65 degrees.
"""

from fsanet.training.experiments.base import protocol_1

RUNS = (protocol_1("ssrnet_mt"),)
