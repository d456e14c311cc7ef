"""What came with a form: values, files, the stamp; read within limits."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import BodyPartReader, web

from inbox.envelope import RawItem
from inbox.errors import Invalid
from inbox.web.fields import Field
from inbox.web.uploads import Upload, read_upload
from inbox.web.webforms.fields import CONSENT, FILE

FILE_BYTES = 10 * 1024 * 1024
VALUE_BYTES = 64 * 1024
MOST_PARTS = 60
PLAIN = ("application/x-www-form-urlencoded",)


@dataclass(slots=True)
class Submission:
    """`file_problem` says why the file could not be taken."""

    values: dict[str, str] = field(default_factory=dict)
    upload: Upload | None = None
    file_problem: str = ""


async def read_submission(request: web.Request) -> Submission:
    """Raises Invalid for what no form of ours sends."""
    if request.content_type in PLAIN:
        given = await request.post()
        return Submission({key: value for key, value in given.items() if isinstance(value, str)})
    if request.content_type != "multipart/form-data":
        raise Invalid("This is not a form.")
    found = Submission()
    parts = 0
    async for part in await request.multipart():
        parts += 1
        if parts > MOST_PARTS or not isinstance(part, BodyPartReader):
            raise Invalid("This form has too many parts.")
        await _take(found, part)
    return found


def item(
    nonce: str, fields: Sequence[Field], files: Sequence[dict[str, Any]], language: str
) -> RawItem:
    """The raw item; its external id makes a second press of the button the same submission.

    Other words on the same page, as after going back in the browser, are another one.
    """
    values = {field.name: field.value for field in fields if field.kind != "file" and field.value}
    extra = {name.partition(".")[2]: values.pop(name) for name in list(values) if "." in name}
    has_agreed = bool(values.pop(CONSENT, ""))
    content = {
        **values,
        "extra": extra,
        "files": list(files),
        "language": language,
        **({"consent": True} if has_agreed else {}),
    }
    words = hashlib.sha256(orjson.dumps(content)).hexdigest()[:16]
    external_id = f"form:{nonce}:{words}"
    return RawItem(external_id=external_id, content=orjson.dumps({"id": external_id, **content}))


async def _take(found: Submission, part: BodyPartReader) -> None:
    if part.name == FILE and part.filename:
        try:
            found.upload = await read_upload(part, FILE_BYTES)
        except Invalid as error:
            found.file_problem = error.message
            await part.release()
        return
    text = bytearray()
    while chunk := await part.read_chunk():
        text += chunk
        if len(text) > VALUE_BYTES:
            raise Invalid("A field of this form is too long.")
    if part.name and not part.filename:
        found.values[part.name] = text.decode(errors="replace").replace("\x00", "")
