// The entry form, the split of a bank line and the lettering: totals while one types, keys. Without this file the forms work all the same.

const lire = (texte) => {
  const propre = texte.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
  const cents = Math.round(Number(propre) * 100);
  return Number.isFinite(cents) ? cents : 0;
};
const ecrire = (cents) =>
  `${cents < 0 ? "\u2212" : ""}${Math.floor(Math.abs(cents) / 100)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f")},${String(Math.abs(cents) % 100).padStart(2, "0")}`;

const colonne = (form, nom) => [...form.querySelectorAll(`input[name$="-${nom}"]`)];
const somme = (form, nom) => colonne(form, nom).reduce((total, champ) => total + lire(champ.value), 0);

const totaliser = (form) => {
  const debit = somme(form, "debit");
  const credit = somme(form, "credit");
  form.querySelector('[data-portail-total="debit"]').textContent = ecrire(debit);
  form.querySelector('[data-portail-total="credit"]').textContent = ecrire(credit);
  const ecart = debit - credit;
  form.querySelector("[data-portail-ecart]").textContent =
    ecart === 0 ? "" : `Il manque ${ecrire(Math.abs(ecart))} € au ${ecart > 0 ? "crédit" : "débit"}.`;
};

// Alt+S writes on this line what balances the entry.
const solder = (form, ligne) => {
  const [debit, credit] = ["debit", "credit"].map((nom) => ligne.querySelector(`input[name$="-${nom}"]`));
  debit.value = "";
  credit.value = "";
  const ecart = somme(form, "debit") - somme(form, "credit");
  const cible = ecart > 0 ? credit : debit;
  cible.value = ecart === 0 ? "" : ecrire(Math.abs(ecart)).replace(/\u202f/g, "");
  totaliser(form);
  cible.focus();
};

const voisine = (champ, pas) => {
  const lignes = [...champ.form.querySelectorAll("[data-portail-ligne]")];
  const ligne = lignes[lignes.indexOf(champ.closest("[data-portail-ligne]")) + pas];
  ligne?.querySelector(`input[name$="-${champ.name.split("-").pop()}"]`)?.focus();
};

for (const form of document.querySelectorAll("[data-portail-ecriture]")) {
  form.querySelector("[data-portail-aide]")?.removeAttribute("hidden");
  totaliser(form);
  form.addEventListener("input", () => totaliser(form));
  form.addEventListener("keydown", (evenement) => {
    const ligne = evenement.target.closest("[data-portail-ligne]");
    if (evenement.key === "Enter" && (evenement.ctrlKey || evenement.metaKey)) {
      evenement.preventDefault();
      form.requestSubmit();
    } else if (ligne && evenement.altKey && evenement.key.toLowerCase() === "s") {
      evenement.preventDefault();
      solder(form, ligne);
    } else if (ligne && !evenement.target.list && ["ArrowUp", "ArrowDown"].includes(evenement.key)) {
      evenement.preventDefault();
      voisine(evenement.target, evenement.key === "ArrowUp" ? -1 : 1);
    }
  });
}

// The split: what is left to share out, and Alt+S that puts it on this part.
for (const form of document.querySelectorAll("[data-portail-ventilation]")) {
  const montant = Math.abs(Number(form.dataset.portailVentilation));
  const sortie = form.querySelector("[data-portail-reste]");
  const dire = () => {
    const reste = montant - somme(form, "montant");
    const trop = reste < 0 ? "de trop" : "à ventiler";
    sortie.textContent = reste === 0 ? "Tout est ventilé." : `${ecrire(Math.abs(reste))} € ${trop}`;
    sortie.classList.toggle("negatif", reste < 0);
  };
  form.querySelector("[data-portail-aide]").removeAttribute("hidden");
  dire();
  form.addEventListener("input", dire);
  form.addEventListener("keydown", (evenement) => {
    const champ = evenement.target.closest("[data-portail-ligne]")?.querySelector('input[name$="-montant"]');
    if (evenement.key === "Enter" && (evenement.ctrlKey || evenement.metaKey)) {
      evenement.preventDefault();
      form.requestSubmit();
    } else if (champ && evenement.altKey && evenement.key.toLowerCase() === "s") {
      evenement.preventDefault();
      champ.value = "";
      const reste = montant - somme(form, "montant");
      champ.value = reste > 0 ? ecrire(reste).replace(/\u202f/g, "") : "";
      dire();
      champ.focus();
    }
  });
}

for (const form of document.querySelectorAll("[data-portail-lettrage]")) {
  const sortie = form.querySelector("[data-portail-solde]");
  form.addEventListener("change", () => {
    const choisies = [...form.querySelectorAll('input[name="ligne"]:checked')];
    const solde = choisies.reduce((total, champ) => total + Number(champ.dataset.cents), 0);
    sortie.textContent = choisies.length
      ? `${choisies.length} ligne${choisies.length > 1 ? "s" : ""}, ${solde === 0 ? "soldées" : `écart ${ecrire(solde)} €`}`
      : "";
  });
}
