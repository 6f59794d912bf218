"""An edition names the one that it changes, which is no longer the number before it for every one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0003_text_outlines"), ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes")]

    operations = [
        migrations.AlterField(
            model_name="edition",
            name="previous",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policies.edition"
            ),
        ),
        # Rows that exist keep the shape that their digests were made of; PostgreSQL fills in the constant without an UPDATE.
        migrations.AddField(
            model_name="edition", name="payload_version", field=models.PositiveSmallIntegerField(default=1)
        ),
        migrations.AlterField(
            model_name="edition", name="payload_version", field=models.PositiveSmallIntegerField(default=2)
        ),
        migrations.AddField(
            model_name="policypage",
            name="of_edition",
            field=models.CharField(blank=True, max_length=20, verbose_name="belongs to edition"),
        ),
        migrations.AddField(
            model_name="policypage",
            name="replaces_announced",
            field=models.BooleanField(
                default=False,
                help_text=(
                    "Editions announced for the same day or later then never apply, and their readers are told so. "
                    "An edition whose date is to be announced never applies either, once this one does."
                ),
                verbose_name="it takes the place of what is announced",
            ),
        ),
        migrations.AddField(
            model_name="policypage",
            name="interrupted",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="wagtailcore.revision",
            ),
        ),
    ]
