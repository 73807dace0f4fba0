# glibc is needed (Valkey's and psycopg's wheels): slim, not Alpine.
ARG BASE=python:3.11-slim-bookworm
FROM ${BASE}

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmagic1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home portail \
    && install -d -o portail -g portail /donnees

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN DATA_DIR=/tmp/construction python manage.py collectstatic --noinput && rm -rf /tmp/construction

USER 10001
ENV DATA_DIR=/donnees PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2
VOLUME /donnees
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz/live', timeout=4)"]
CMD ["gunicorn", "portal.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--preload", "--timeout", "60", "--no-control-socket"]
