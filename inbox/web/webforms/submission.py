"""What came with a form: values, files, the stamp; read within limits."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web
from multidict import MultiDict

from inbox.channels.form import FieldKind, FormSettings
from inbox.channels.form.fields import MOST_FIELDS, MOST_FILES, MOST_OPTIONS
from inbox.errors import Invalid
from inbox.web.uploads import Upload, read_upload

FILE_BYTES = 10 * 1024 * 1024
VALUE_BYTES = 64 * 1024
MOST_PARTS = MOST_FIELDS + MOST_FILES + 4 * MOST_OPTIONS
PLAIN = ("application/x-www-form-urlencoded",)


@dataclass(slots=True)
class Submission:
    """`file_problems` says why the file of a field could not be taken."""

    values: MultiDict[str] = field(default_factory=MultiDict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    file_problems: dict[str, str] = field(default_factory=dict)

    def answers(self, settings: FormSettings) -> dict[str, Any]:
        """By field: a list of what was chosen where several may be, else text."""
        return {
            asked.name: self.values.getall(asked.name, [])
            if asked.kind == FieldKind.CHOICES
            else self.values.get(asked.name, "").strip()
            for asked in settings.fields
        }


async def read_submission(request: web.Request, files: Collection[str]) -> Submission:
    """Files of the fields `files` alone are kept. Raises Invalid for what no form of ours sends."""
    found = Submission()
    if request.content_type in PLAIN:
        given = await request.post()
        for key, value in given.items():
            if isinstance(value, str):
                found.values.add(key, value.replace("\x00", ""))
        return found
    if request.content_type != "multipart/form-data":
        raise Invalid("This is not a form.")
    parts = 0
    async for part in await request.multipart():
        parts += 1
        if parts > MOST_PARTS or not isinstance(part, BodyPartReader):
            raise Invalid("This form has too many parts.")
        await _take(found, part, files)
    return found


async def _take(found: Submission, part: BodyPartReader, files: Collection[str]) -> None:
    if part.filename:
        await _take_file(found, part, files)
        return
    text = bytearray()
    while chunk := await part.read_chunk():
        text += chunk
        if len(text) > VALUE_BYTES:
            raise Invalid("A field of this form is too long.")
    if part.name:
        found.values.add(part.name, text.decode(errors="replace").replace("\x00", ""))


async def _take_file(found: Submission, part: BodyPartReader, files: Collection[str]) -> None:
    if not part.name or part.name not in files:
        await part.release()
        return
    try:
        found.uploads[part.name] = await read_upload(part, FILE_BYTES)
    except Invalid as error:
        found.file_problems[part.name] = error.message
        await part.release()
