"""What happens at Qonto, told to the upper rooms.

An app subscribes in its `apps.py`; nobody here knows who listens. Handlers run inside the transaction of the act
that they hear of, so that both are written or neither.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

COMPTES_ASSOCIES = "comptes_associes"  # handler(connexion: Connexion, date: datetime)
CONNEXION_DISSOCIEE = "connexion_dissociee"  # handler(connexion: Connexion, date: datetime)
VIREMENT_CHANGE = "virement_change"  # handler(virement: Virement, avant: str, date: datetime)
# The line of the account that a payment has become is known, without any change of state.
VIREMENT_RATTACHE = "virement_rattache"  # handler(virement: Virement, date: datetime)
CONNEXION_A_RENOUVELER = "connexion_a_renouveler"  # handler(connexion: Connexion, date: datetime)
CONNEXION_RETABLIE = "connexion_retablie"  # handler(connexion: Connexion, date: datetime)
# Told by a webhook of Qonto: a line, an invoice… changed there. The handler queues a task that reads it again.
OBJET_CHANGE = "objet_change"  # handler(connexion: Connexion, sujet: str, objet_id: str, date: datetime)

Handler = Callable[..., None]
_abonnes: dict[str, list[Handler]] = defaultdict(list)


def abonner(evenement: str, handler: Handler) -> None:
    """Call `handler` at each `evenement`; subscribing twice is once."""
    if handler not in _abonnes[evenement]:
        _abonnes[evenement].append(handler)


def publier(evenement: str, **faits: Any) -> None:
    """Tell every subscriber, in the order of their subscriptions; what one raises stops the act."""
    for handler in _abonnes[evenement]:
        handler(**faits)
