"""Protocol 2, SSR-Net-MD: train on 16 videos of BIWI.

    make train EXPERIMENT=protocol2_ssrnet_mt
    make test MODEL=ssrnet_mt WEIGHTS=training_and_testing/runs/BIWI

The paper's mean absolute errors: BIWI_test 4.26 degrees.
"""

from fsanet.training.experiments.base import protocol_2

RUNS = (protocol_2("ssrnet_mt"),)
