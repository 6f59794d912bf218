"""What the search engine needs of PostgreSQL beyond tables."""

from django.db import migrations

# Stems without a list of stop words: a word that is left out of the index cannot be found.
DICTIONARY = "CREATE TEXT SEARCH DICTIONARY avow_english (TEMPLATE = snowball, Language = english)"
# What stands in headings alone, without a column of its own.
HEADINGS = """
CREATE INDEX search_entry_headings ON search_searchentry
USING gin (ts_filter(vector, '{a}'::"char"[])) WITH (fastupdate = off)
"""
# Phrases are looked for in the form; where it is too long for its row, reading it must not mean unpacking it.
STORAGE = """
ALTER TABLE search_searchentry
    ALTER COLUMN form SET STORAGE EXTERNAL,
    ALTER COLUMN vector SET STORAGE EXTERNAL
"""
# Wagtail searches titles and bodies together, and ships an index on each alone.
TITLE_AND_BODY = "CREATE INDEX search_wagtail_title_body ON wagtailsearch_indexentry USING gin ((title || body))"


class Migration(migrations.Migration):

    dependencies = [
        ("search", "0001_search_index"),
        ("wagtailsearch", "0010_add_text_fields"),
    ]

    operations = [
        migrations.RunSQL(DICTIONARY, "DROP TEXT SEARCH DICTIONARY avow_english"),
        migrations.RunSQL(HEADINGS, "DROP INDEX search_entry_headings"),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(TITLE_AND_BODY, "DROP INDEX search_wagtail_title_body"),
    ]
