"""Files are kept under the hash of their bytes, or it is said that they are not."""

import hashlib

import pytest

from inbox.errors import NotFound, Unavailable
from inbox.files import Files


async def test_what_was_put_is_got(tmp_path):
    files = Files("", tmp_path)
    digest = await files.put(b"photo")

    assert digest == hashlib.sha256(b"photo").hexdigest()
    assert await files.get(digest) == b"photo"


async def test_what_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFound):
        await Files("", tmp_path).get("0" * 64)


async def test_what_can_not_be_kept_is_to_be_sent_again(tmp_path):
    files = Files("", tmp_path)
    in_the_way = tmp_path / hashlib.sha256(b"photo").hexdigest()[:2]
    in_the_way.write_text("a file where the folder should be")

    with pytest.raises(Unavailable):
        await files.put(b"photo")
