from django.db import migrations, models

from portal.lib.sql import autour_des_triggers


class Migration(migrations.Migration):
    dependencies = [("qonto_link", "0004_organisation_attendue")]
    operations = autour_des_triggers(
        migrations.AddField(
            model_name="connexion",
            name="webhook_essai_le",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="connexion",
            name="webhook_portail",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="connexion",
            name="webhook_verifie_le",
            field=models.DateTimeField(blank=True, null=True),
        ),
    )
