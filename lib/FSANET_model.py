"""FSA-Net where the original repository has it, for notebooks in a clone; after installation it is `fsanet.compat`.

from lib.FSANET_model import FSA_net_Var_Capsule
model = FSA_net_Var_Capsule(64, 3, [3, 3, 3], 1, [3, 16, 2, 21, 5])()
model.load_weights("fsanet_var_capsule_3_16_2_21_5.h5")
"""

from fsanet.compat import (  # noqa: F401 (names of the original)
    FSA_net_Capsule,
    FSA_net_Capsule_FC,
    FSA_net_Metric,
    FSA_net_NetVLAD,
    FSA_net_NetVLAD_FC,
    FSA_net_noS_Capsule,
    FSA_net_noS_Capsule_FC,
    FSA_net_noS_Metric,
    FSA_net_noS_NetVLAD,
    FSA_net_noS_NetVLAD_FC,
    FSA_net_Var_Capsule,
    FSA_net_Var_Capsule_FC,
    FSA_net_Var_Metric,
    FSA_net_Var_NetVLAD,
    FSA_net_Var_NetVLAD_FC,
)
