"""The picture in the README shows a page of the plan in `params/` as it is."""

from picture import PICTURE, headline
from PIL import Image


def test_the_picture_shows_the_plan_as_it_is():
    with Image.open(PICTURE) as picture:
        assert picture.text["headline"] == headline(), "run tests/picture.py, which makes it anew"
    assert PICTURE.stat().st_size < 150_000
    readme = (PICTURE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert f'<img src="{PICTURE.parent.name}/{PICTURE.name}"' in readme
