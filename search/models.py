"""The index of what can be found, made from the record and the pages, and the words that editors add to it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from search.choices import EntryKind
from search.text.tokens import normal_form


class IndexedUnit(models.Model):
    """Something that is indexed as a whole: a policy in one language, a page. Made anew whenever it changes.

    `fingerprint` is what the source said of it then: a unit whose source says otherwise now is stale.
    """

    source = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    indexed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("indexed unit")
        verbose_name_plural = _("indexed units")
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="search_indexedunit_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.name}"


class SearchEntry(models.Model):
    """What one hit shows, and what it is found by. Made from public rows only; may be thrown away and made again.

    A clause has one entry for each wording, through all the editions in a row that have it. It is in force on
    the days from `applies_from` up to but not including `applies_until`; NULL is a beginning to be announced and an end
    not known. So the index need not change at midnight for an edition to come into force.

    `number` has the numbers of the clauses above in it. `form` is what `heading` and `body` say in normal form
    (`search.text.tokens`), a line each. `vector` has the lexemes (`search.text.lexemes`), `headings` those of the heading.
    """

    unit = models.ForeignKey(IndexedUnit, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=20, choices=EntryKind)
    locale = models.CharField(max_length=12)
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=255)
    number = models.CharField(max_length=200, blank=True)
    heading = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    address = models.CharField(max_length=500)
    past_address = models.CharField(max_length=500, blank=True)
    first_edition = models.CharField(max_length=20, blank=True)
    applies_from = models.DateField(null=True)
    applies_until = models.DateField(null=True)
    form = models.TextField()
    vector = SearchVectorField()
    headings = models.GeneratedField(
        expression=Func(F("vector"), function="ts_filter", template="%(function)s(%(expressions)s, '{a}')"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes = [
            # Without the list of pending insertions, which every search would have to read through.
            GinIndex(fields=["vector"], name="search_entry_vector", fastupdate=False),
            GinIndex(fields=["headings"], name="search_entry_headings", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number or self.position}"


class IndexedWord(models.Model):
    """A word of a Latin script that occurs in public texts, for “did you mean”. Only ever added to."""

    text = models.CharField(max_length=60, unique=True)

    class Meta:
        verbose_name = _("indexed word")
        verbose_name_plural = _("indexed words")
        indexes = [GinIndex(fields=["text"], name="search_word_trigrams", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.text


class SynonymSet(models.Model):
    """Words that find each other. May be edited; holds from the next search on."""

    words = models.CharField(
        _("words that mean the same"),
        max_length=400,
        help_text=_(
            "Separated by commas, in any language: 個資, 個人資料, personal data. Each of them finds the texts that have "
            "any of the others. Traditional and simplified characters are one and the same already."
        ),
    )

    panels = [FieldPanel("words")]

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="search_synonymset_not_empty")]

    def __str__(self) -> str:
        return self.words

    @property
    def members(self) -> list[str]:
        return split_words(self.words)

    def clean(self) -> None:
        super().clean()
        distinct = {normal_form(word) for word in self.members} - {" "}
        if len(distinct) < 2:
            raise ValidationError({"words": _("Write at least two different words, with a comma between them.")})
        self.words = ", ".join(self.members)


class GlossaryTerm(models.Model):
    """A word that the agency explains in one language. May be edited; readers who search for it are shown it at once.

    `also` has other names of the same, with commas between them.
    """

    locale = models.CharField(_("language"), max_length=12, choices=settings.LANGUAGES)
    term = models.CharField(_("term"), max_length=120)
    also = models.CharField(
        _("also called"),
        max_length=400,
        blank=True,
        help_text=_("Other names and abbreviations, separated by commas. Readers who search for one see this term."),
    )
    meaning = models.TextField(
        _("meaning"), max_length=600, help_text=_("One or two sentences that a reader without training understands.")
    )
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("The provision that says so, such as an act and article.")
    )

    panels = [
        FieldPanel("locale"),
        FieldPanel("term"),
        FieldPanel("also"),
        FieldPanel("meaning"),
        FieldPanel("source"),
    ]

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary")
        constraints = [models.UniqueConstraint(fields=["locale", "term"], name="search_glossaryterm_once")]

    def __str__(self) -> str:
        return self.term

    @property
    def names(self) -> list[str]:
        return [self.term, *split_words(self.also)]

    def clean(self) -> None:
        super().clean()
        forms = {normal_form(name) for name in self.names}
        if normal_form(self.term) == " ":
            raise ValidationError({"term": _("Write a word: punctuation and pictures alone cannot be looked for.")})
        others = GlossaryTerm.objects.filter(locale=self.locale).exclude(pk=self.pk).order_by("term", "pk")
        for other in others:
            if forms & {normal_form(name) for name in other.names} - {" "}:
                message = _("The glossary explains this already, under “%(term)s”.") % {"term": other.term}
                raise ValidationError({"term": message})
        self.also = ", ".join(split_words(self.also))


def split_words(text: str) -> list[str]:
    """Return the words of a list with commas, Western or Chinese, between them."""
    for comma in "，、;；\n":
        text = text.replace(comma, ",")
    return list(dict.fromkeys(filter(None, (" ".join(word.split()) for word in text.split(",")))))
