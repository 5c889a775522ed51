# Two stages: the first installs and checks, the second only runs. The FAQ is built in; mount a folder over /app/faq
# to use another. The model is fitted while building, so that the container starts at once and can be read-only:
#   docker build -t migration-faq-bot .
#   docker run --rm -it --read-only migration-faq-bot chat --no-log
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
WORKDIR /app
COPY requirements.lock ./
RUN /venv/bin/pip install --require-hashes -r requirements.lock
COPY bot bot
COPY faq faq
COPY seeds seeds
ENV CACHE_DIR=/app/models
RUN /venv/bin/python -m bot check && /venv/bin/python -m bot learn

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin bot && install -d -o bot -m 700 /data
COPY --from=build /venv /venv
COPY --from=build /app/bot /app/bot
COPY --from=build /app/faq /app/faq
COPY --from=build /app/seeds /app/seeds
COPY --from=build /app/models /app/models
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    FAQ_DIR=/app/faq SEEDS_DIR=/app/seeds CACHE_DIR=/app/models DATA_DIR=/data KEYS_REQUIRED=true
VOLUME /data
WORKDIR /app
USER bot
ENTRYPOINT ["python", "-m", "bot"]
