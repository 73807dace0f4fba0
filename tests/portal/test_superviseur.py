"""The supervisor starts programs, notices the one that dies, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from portal.lib.superviseur import DossierOccupe, ProgrammeMort, Superviseur, prendre_le_dossier

DORMIR = [sys.executable, "-c", "import time; time.sleep(60)"]


def _pids(superviseur: Superviseur) -> list[int]:
    return [programme.processus.pid for programme in superviseur._programmes]


def _est_pret(journal: Path) -> bool:
    return "pret" in journal.read_text()


def test_programs_are_stopped_last_first(tmp_path: Path) -> None:
    superviseur = Superviseur(tmp_path)
    trace = (
        "import signal, sys, time\n"
        "def fin(*a):\n    open({fichier!r}, 'a').write({nom!r})\n    sys.exit(0)\n"
        "signal.signal(15, fin)\nprint('pret', flush=True)\ntime.sleep(60)\n"
    )
    for nom in ("a", "b", "c"):
        ordre = [sys.executable, "-c", trace.format(fichier=str(tmp_path / "ordre"), nom=nom)]
        superviseur.lancer(nom, ordre, dict(os.environ))
    for nom in ("a", "b", "c"):
        superviseur.attendre(partial(_est_pret, tmp_path / f"{nom}.log"), quoi=nom, delai=10)
    assert superviseur.arreter()
    assert (tmp_path / "ordre").read_text() == "cba"


def test_death_of_a_program_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    superviseur = Superviseur(tmp_path)
    superviseur.lancer("stable", DORMIR, dict(os.environ))
    superviseur.lancer("fragile", [sys.executable, "-c", "print('plus de place'); raise SystemExit(3)"], {})
    with pytest.raises(ProgrammeMort, match=r"« fragile » s’est arrêté \(code 3\)") as mort:
        superviseur.attendre_la_fin()
    assert "plus de place" in str(mort.value)
    pids = _pids(superviseur)
    superviseur.arreter()
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_deaf_program_is_killed_with_its_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.lib.superviseur.DELAI_ARRET", 0.5)
    superviseur = Superviseur(tmp_path)
    sourd = "import signal, time; signal.signal(15, signal.SIG_IGN); print('pret', flush=True); time.sleep(60)"
    superviseur.lancer("sourd", [sys.executable, "-c", sourd], {})
    superviseur.attendre(partial(_est_pret, tmp_path / "sourd.log"), quoi="sourd", delai=10)
    [pid] = _pids(superviseur)
    assert not superviseur.arreter()
    assert not psutil.pid_exists(pid)


def test_program_that_never_answers_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeMort, match="Le portail ne répond pas"):
        Superviseur(tmp_path).attendre(lambda: False, quoi="Le portail", delai=0.1)


def test_folder_has_one_supervisor(tmp_path: Path) -> None:
    verrou = prendre_le_dossier(tmp_path, "processus 12")
    with pytest.raises(DossierOccupe, match="processus 12"):
        prendre_le_dossier(tmp_path, "processus 13")
    verrou.close()
    prendre_le_dossier(tmp_path, "processus 14").close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a child that its parent died")
def test_killed_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\nfrom pathlib import Path\nfrom portal.lib.superviseur import Superviseur\n"
        f"s = Superviseur(Path({str(tmp_path)!r}))\n"
        f"s.lancer('enfant', {DORMIR!r}, dict(os.environ))\n"
        "print(s._programmes[0].processus.pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as superviseur:
        assert superviseur.stdout is not None
        enfant = int(superviseur.stdout.readline())
        superviseur.send_signal(signal.SIGKILL)
    limite = time.monotonic() + 5
    while psutil.pid_exists(enfant) and psutil.Process(enfant).status() != "zombie" and time.monotonic() < limite:
        time.sleep(0.05)
    assert not psutil.pid_exists(enfant) or psutil.Process(enfant).status() == "zombie"
