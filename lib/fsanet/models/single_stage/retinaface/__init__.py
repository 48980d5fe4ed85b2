"""RetinaFace (Deng et al., CVPR 2020): anchors, and a cascade of two heads that correct them one after the other."""
