"""The synonyms that every installation starts with; editors may change them."""

from django.db import migrations

FIRST = [
    "隱私, 私隱",
    "個資, 個人資料",
    "cookie, 餅乾",
    "電子郵件, 電郵, e-mail, email",
]


def add(apps, _schema_editor):
    model = apps.get_model("search", "SynonymSet")
    if not model.objects.exists():
        model.objects.bulk_create(model(words=words) for words in FIRST)


class Migration(migrations.Migration):

    dependencies = [("search", "0002_text_search")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
