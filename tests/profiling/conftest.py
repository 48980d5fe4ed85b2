import cv2
import numpy as np
import pytest
import scipy.io

from fsanet.pose.angles import rotation_from_angles
from fsanet.profiling.fitted_head import fit_to_landmarks
from fsanet.profiling.subject import make_subject
from fsanet.rendering.frame import RenderSettings, render_frame

POSE = (6.0, -4.0, 3.0)


def render(index=0, pose=POSE):
    """A render serves as the photograph: its pose and its landmarks are known."""
    settings = RenderSettings(split="validation", per_person=1, headwear=0.0, occluded=0.0, clean=True)
    return render_frame(4, index, settings, size=(150, 180), face_share=(0.45, 0.46), pose=np.array(pose))


@pytest.fixture(scope="session")
def frame():
    return render()


@pytest.fixture(scope="session")
def head(frame):
    return fit_to_landmarks(frame.landmarks_xy, rotation_from_angles(POSE))


@pytest.fixture(scope="session")
def subject(frame, head):
    return make_subject(frame.image_bgr, head, None)


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """A folder of two photographs with the labels of 300W-LP beside them."""
    folder = tmp_path_factory.mktemp("raw") / "people"
    folder.mkdir()
    for index in range(2):
        frame = render(index)
        cv2.imwrite(str(folder / f"p_{index}.png"), frame.image_bgr)
        yaw, pitch, roll = np.deg2rad(frame.pose)
        label = {"Pose_Para": np.array([[pitch, yaw, roll]]), "pt2d": frame.landmarks_xy.T}
        scipy.io.savemat(folder / f"p_{index}.mat", label)
    return folder
