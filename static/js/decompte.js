// <strong data-portail-decompte="870">14 min 30 s</strong>: counts down by itself. Without JavaScript it is the time
// that was left when the page was made.
const ESPACE = " ";
const fins = new WeakMap();

function dire(secondes) {
  if (secondes < 60) return `${secondes}${ESPACE}s`;
  const reste = secondes % 60;
  const minutes = `${Math.floor(secondes / 60)}${ESPACE}min`;
  return reste ? `${minutes} ${String(reste).padStart(2, "0")}${ESPACE}s` : minutes;
}

function battre() {
  for (const compteur of document.querySelectorAll("[data-portail-decompte]")) {
    if (!fins.has(compteur)) fins.set(compteur, Date.now() + Number(compteur.dataset.portailDecompte) * 1000);
    const texte = dire(Math.max(0, Math.round((fins.get(compteur) - Date.now()) / 1000)));
    if (compteur.textContent !== texte) compteur.textContent = texte;
  }
}

setInterval(battre, 1000);
