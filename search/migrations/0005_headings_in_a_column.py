"""The lexemes of headings in a column of their own, and rows that are read in one piece.

Filtering them out of the whole vector took as long for each match as everything else; reading a row from two tables took three
times as long as from one. A page holds rows of up to eight kilobytes.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

ONE_PIECE = "ALTER TABLE search_searchentry SET (toast_tuple_target = 8160)"
OTHERWISE = "ALTER TABLE search_searchentry RESET (toast_tuple_target)"
HEADINGS = """
CREATE INDEX search_entry_headings ON search_searchentry
USING gin (ts_filter(vector, '{a}'::"char"[])) WITH (fastupdate = off)
"""


class Migration(migrations.Migration):

    dependencies = [("search", "0004_glossary")]

    operations = [
        # Before the column is added: that writes every row anew.
        migrations.RunSQL(ONE_PIECE, OTHERWISE),
        migrations.RunSQL("DROP INDEX search_entry_headings", HEADINGS),
        migrations.AddField(
            model_name="searchentry",
            name="headings",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("vector"), function="ts_filter", template="%(function)s(%(expressions)s, '{a}')"
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["headings"], name="search_entry_headings"
            ),
        ),
    ]
