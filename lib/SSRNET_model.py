"""SSR-Net-MD where the original repository has it, for notebooks in a clone; after installation it is `fsanet.compat`.

from lib.SSRNET_model import SSR_net_MT
model = SSR_net_MT(64, 3, [3, 3, 3], 1)()
model.load_weights("ssrnet_mt.h5")
"""

from fsanet.compat import SSR_net_MT, SSR_net_ori_MT  # noqa: F401 (names of the original)
