"""The habits of the five companies."""

from qonto_sandbox.seed.lives.bertin import BERTIN
from qonto_sandbox.seed.lives.lenoir import LENOIR
from qonto_sandbox.seed.lives.pixel import PIXEL
from qonto_sandbox.seed.lives.port import PORT
from qonto_sandbox.seed.lives.tilleuls import TILLEULS

LIVES = {
    "maison-lenoir-4821": LENOIR,
    "atelier-bertin-1174": BERTIN,
    "studio-pixel-3306": PIXEL,
    "garage-des-tilleuls-5590": TILLEULS,
    "librairie-du-port-7702": PORT,
}
