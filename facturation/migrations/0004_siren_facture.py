from django.db import migrations, models

from portal.lib.sql import autour_des_triggers


class Migration(migrations.Migration):
    dependencies = [("facturation", "0003_jamais_deux_fois")]
    operations = autour_des_triggers(
        migrations.AddField("facture", "siren_facture", models.CharField(max_length=9, blank=True, default=""), False),
    )
