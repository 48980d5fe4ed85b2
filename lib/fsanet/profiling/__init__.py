"""Face profiling: photographs of faces turned in 3D to other poses, with labels (Zhu et al., CVPR 2016)."""
