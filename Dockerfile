# Two stages: the first installs, checks and learns, the second only runs. The FAQ is built in; docs/operations.md,
# "In a container", says how to mount another, and with which options the image is meant to run:
#   docker build -t migration-faq-bot .
#   docker run --rm -it --read-only --tmpfs /tmp migration-faq-bot chat --no-log
FROM python:3.11.15-slim-bookworm@sha256:d29f48a31a8b408ed19272ca1e7b10ebae13b240a27e862d3d4217c528e2e0c3 AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
WORKDIR /app
COPY requirements.lock ./
RUN /venv/bin/pip install --require-hashes -r requirements.lock && /venv/bin/pip check
COPY bot bot
COPY faq faq
COPY seeds seeds
ENV CACHE_DIR=/app/models
# Compiled here, since nothing can be written later; the hash is not looked at, since nothing changes.
RUN /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash bot \
    && /venv/bin/python -m bot check && /venv/bin/python -m bot learn

FROM python:3.11.15-slim-bookworm@sha256:d29f48a31a8b408ed19272ca1e7b10ebae13b240a27e862d3d4217c528e2e0c3
# /cache is for the models of a mounted FAQ: a volume that is new there belongs to the user, as one on /data does.
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin bot \
    && install -d -o bot -g bot -m 700 /data /cache
COPY --from=build /venv /venv
COPY --from=build /app/bot /app/bot
COPY --from=build /app/faq /app/faq
COPY --from=build /app/seeds /app/seeds
COPY --from=build /app/models /app/models
# LISTEN is inside the container: from outside nothing is reached unless a port is published.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    FAQ_DIR=/app/faq SEEDS_DIR=/app/seeds CACHE_DIR=/app/models DATA_DIR=/data \
    KEYS_REQUIRED=true LISTEN=0.0.0.0:8080
VOLUME /data
WORKDIR /app
USER 10001:10001
STOPSIGNAL SIGTERM
# Past the proxy that the environment may name. Waiting for Telegram at the start is no illness.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 CMD ["python", "-c", \
    "import urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
