"""SSR-Net-MD under the class names of the original repository.

    from lib.SSRNET_model import SSR_net_MT           # after installation without lib.
    model = SSR_net_MT(64, 3, [3, 3, 3], 1)()
    model.load_weights("ssrnet_mt.h5")

The original's `SSR_net`, which estimates an age, is not part of this project.
"""

from fsanet.weights.original import original_class

SSR_net_MT = original_class("ssrnet_mt")
SSR_net_ori_MT = original_class("ssrnet_ori_mt")
