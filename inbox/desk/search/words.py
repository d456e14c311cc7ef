"""Text as the index knows it: words, folded."""

from inbox.folding import fold

# in every document of a contact, so that looking for people never walks the messages
CONTACT_WORD = "isacontact"
MOST = 8


def words_of(text: str) -> list[str]:
    """Letters and digits of any script, folded; everything else parts words."""
    return "".join(c if c.isalnum() else " " for c in fold(text)).split()
