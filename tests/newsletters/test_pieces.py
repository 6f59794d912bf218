from __future__ import annotations

import pytest

from newsletters.models import BulletinPage
from newsletters.pieces import standing
from tests.factories.members import UserFactory
from tests.newsletters.bulletins import make_bulletin, translate

pytestmark = pytest.mark.django_db


def reload(page: BulletinPage) -> BulletinPage:
    return BulletinPage.objects.get(pk=page.pk)


class TestStanding:
    def test_a_new_translation_is_current(self) -> None:
        source = make_bulletin()

        assert standing(translate(source), source).is_current

    def test_what_changed_in_the_source_makes_its_piece_older(self) -> None:
        source = make_bulletin()
        english = translate(source)
        source.summary = "新的摘要。"
        source.save_revision()

        assert standing(english, source).older == ("summary",)

    def test_other_edits_do_not_make_it_current_but_a_new_translation_does(self) -> None:
        source = make_bulletin()
        english = translate(source)
        source.summary = "新的摘要。"
        source.save_revision()
        english = reload(english).get_latest_revision_as_object()
        english.title = "Bulletin, issue one"
        english.save_revision()
        assert standing(english, source).older == ("summary",)

        english.summary = "A new summary."
        english.save_revision()

        assert standing(english, source).is_current

    def test_a_source_that_goes_back_makes_it_current_again(self) -> None:
        source = make_bulletin()
        english = translate(source)
        kept, source.summary = source.summary, "新的摘要。"
        assert not standing(english, source).is_current
        source.summary = kept

        assert standing(english, source).is_current

    def test_what_is_new_in_the_source_is_missing(self) -> None:
        source = make_bulletin()
        english = translate(source)
        source.body.append(("heading", "補充"))

        assert len(standing(english, source).missing) == 1

    def test_it_can_be_confirmed_as_still_accurate(self) -> None:
        source = make_bulletin()
        english = translate(source)
        source.summary = "新的摘要。"
        source.save_revision()

        reload(english).get_latest_revision_as_object().confirm_translation(UserFactory())

        assert standing(reload(english).get_latest_revision_as_object(), source).is_current
