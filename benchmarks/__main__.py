"""Run every benchmark, one process each: `python -m benchmarks [name …]`."""

import pkgutil
import subprocess
import sys
import time

import benchmarks


def main() -> int:
    noms = sys.argv[1:] or [
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")
    ]
    echecs = []
    for nom in sorted(noms):
        print(f"\n== {nom}", flush=True)
        debut = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"benchmarks.{nom}"], check=False).returncode:
            echecs.append(nom)
        print(f"   ({time.monotonic() - debut:.0f} s)", flush=True)
    if echecs:
        print(f"\nÉchec : {', '.join(echecs)}")
    return 1 if echecs else 0


if __name__ == "__main__":
    sys.exit(main())
