import wagtail.search.index
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("stock", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Clause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=12)),
                ("heading", models.CharField(max_length=500)),
                ("body", models.TextField()),
            ],
            bases=(wagtail.search.index.Indexed, models.Model),
        ),
    ]
