# The commands of the project. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := aide
.PHONY: aide run test quality bench fec-demo

aide: ## Liste les commandes
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

$(VENV)/.portail: requirements.txt
	@PYTHON=$(PYTHON) .ci/environnement requirements.txt
	@touch $@

$(VENV)/.developpement: requirements-dev.txt
	@PYTHON=$(PYTHON) .ci/environnement requirements-dev.txt
	@touch $(VENV)/.portail $@

run: $(VENV)/.portail ## Démarre le portail et le Qonto local (Ctrl+C arrête tout)
	@exec $(BIN)/python manage.py up

test: $(VENV)/.developpement ## Lance toute la suite, sur SQLite puis sur PostgreSQL et Redis
	@.ci/tests

quality: $(VENV)/.developpement ## Style, types, gabarits, imports, migrations, réglages de production
	@.ci/qualite

bench: $(VENV)/.developpement ## Mesures, chacune avec son rapport à une limite mesurée à côté
	@$(BIN)/python -m benchmarks

fec-demo: $(VENV)/.portail ## Écrit le FEC du dossier de démonstration dans SORTIE=DOSSIER
	@test -n "$(SORTIE)" || { echo "Usage : make fec-demo SORTIE=DOSSIER"; exit 2; }
	@$(BIN)/python manage.py fec_demo --sortie "$(SORTIE)"
