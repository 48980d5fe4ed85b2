"""FSA-Net and SSR-Net-MD under the class names of the original repository, for notebooks written against it.

    from fsanet.compat import FSA_net_Var_Capsule  # in a clone also from lib.FSANET_model
    model = FSA_net_Var_Capsule(64, 3, [3, 3, 3], 1, [3, 16, 2, 21, 5])()
    model.load_weights("fsanet_var_capsule_3_16_2_21_5.h5")

The original's `SSR_net`, which estimates an age, is not part of this project.
"""

from fsanet.weights.original import original_class

FSA_net_Capsule = original_class("capsule")
FSA_net_Var_Capsule = original_class("var_capsule")
FSA_net_noS_Capsule = original_class("noS_capsule")

FSA_net_NetVLAD = original_class("netvlad")
FSA_net_Var_NetVLAD = original_class("var_netvlad")
FSA_net_noS_NetVLAD = original_class("noS_netvlad")

FSA_net_Metric = original_class("metric")
FSA_net_Var_Metric = original_class("var_metric")
FSA_net_noS_Metric = original_class("noS_metric")

FSA_net_Capsule_FC = original_class("capsule_fc")
FSA_net_Var_Capsule_FC = original_class("var_capsule_fc")
FSA_net_noS_Capsule_FC = original_class("noS_capsule_fc")

FSA_net_NetVLAD_FC = original_class("netvlad_fc")
FSA_net_Var_NetVLAD_FC = original_class("var_netvlad_fc")
FSA_net_noS_NetVLAD_FC = original_class("noS_netvlad_fc")

SSR_net_MT = original_class("ssrnet_mt")
SSR_net_ori_MT = original_class("ssrnet_ori_mt")
