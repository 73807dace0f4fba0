from django.db import migrations, models

from portal.lib.sql import autour_des_triggers


class Migration(migrations.Migration):
    dependencies = [("virements", "0002_ordres_figes")]

    operations = autour_des_triggers(
        migrations.AddField("ordre", "envois", models.PositiveIntegerField(default=0)),
        migrations.AddField("ordre", "incertain", models.BooleanField(default=False)),
        migrations.AddField("ordre", "regard_negatif", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("ordre", "suivi_le", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "ordre",
            models.CheckConstraint(
                condition=models.Q(incertain=False) | ~models.Q(statut__in=("refuse", "abandonne")),
                name="ordre_incertain_reste_retenu",
            ),
        ),
        # An order in doubt is uncertain by nature.
        migrations.RunSQL(
            "UPDATE virements_ordre SET incertain = true WHERE statut = 'doute'", migrations.RunSQL.noop
        ),
    )
