from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from portal.lib.sql import autour_des_triggers


class Migration(migrations.Migration):
    dependencies = [
        ("gestion_acces", "0005_second_facteur_et_invitations"),
        ("qonto_link", "0004_organisation_attendue"),
        ("virements", "0004_lot_unique"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = autour_des_triggers(
        migrations.AddField("ordre", "rattache_par_main", models.BooleanField(default=False)),
        migrations.AddField("ordre", "lignes_perdues_le", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("ordre", "second_regard", models.BooleanField(default=False)),
        migrations.AddConstraint(
            "ordre",
            models.CheckConstraint(
                condition=Q(second_regard=False)
                | Q(statut__in=("a_approuver", "pret", "abandonne"))
                | (Q(approuve_par__isnull=False) & ~Q(approuve_par=F("cree_par"))),
                name="ordre_rouge_vu_par_deux",
            ),
        ),
    )
