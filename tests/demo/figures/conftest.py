import pytest

from demo.figures import style

SMALLER = 0.4  # times the size each way: to pack a picture takes most of its time


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch):
    """Figures with fewer dots to the inch."""
    dots = {key: SMALLER * value for key, value in style._LOOK.items() if key.endswith(".dpi")}
    monkeypatch.setattr(style, "_LOOK", style._LOOK | dots)
