"""Times of which something may be missing, told to each in their own language."""

from sqlmodel import Session

from inbox import clock, i18n
from inbox.desk import gaps
from inbox.i18n import Phrase, said
from tests.cast import Cast


def test_why_there_is_a_gap_is_read_in_the_readers_language(session: Session, cast: Cast) -> None:
    why = Phrase("The inbox %(inbox)s is switched off.", inbox="Phone")
    gaps.note(session, cast.inbox.id, clock.now(), None, why)
    session.flush()
    session.refresh(cast.inbox)

    (gap,) = gaps.shown(cast.inbox)
    assert said(gap["why"]) == "The inbox Phone is switched off."
    with i18n.speaking("sr-Cyrl"):
        assert said(gap["why"]) not in ("", "The inbox Phone is switched off.")


def test_a_gap_that_is_noted_again_reaches_as_far_as_is_said_now(
    session: Session, cast: Cast
) -> None:
    since, until = clock.now(), clock.now()
    gaps.note(session, cast.inbox.id, since, None, "It is down.")
    gaps.note(session, cast.inbox.id, since, until, "It was down.")

    (gap,) = gaps.shown(cast.inbox)
    assert (gap["since"], gap["until"], gap["why"]) == (since, until, "It was down.")
    gaps.looked_up(session, cast.inbox.id)
    assert len(gaps.shown(cast.inbox)) == 1, "what was missed by then is not had by looking now"
