# One image for every service: `newsletter serve`, `newsletter worker`, `newsletter init` (see docker-compose.yml).

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src

# What it runs on, exactly as locked and tested; this layer changes only when the lock does.
COPY requirements/run.lock requirements/build.lock requirements/
RUN python -m venv /opt/newsletter \
 && /opt/newsletter/bin/pip install --require-hashes --requirement requirements/run.lock
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes --requirement requirements/build.lock

# What comes from npm: what mail programs can show, and what the desk's pages load. Node is in the wheel that bundles it.
COPY scripts/caniemail scripts/frontend.py scripts/sbom.py scripts/wheel.py scripts/
COPY frontend frontend
RUN mkdir newsletter \
 && PYTHON=/opt/build/bin/python scripts/caniemail \
 && /opt/build/bin/python scripts/frontend.py

COPY pyproject.toml README.md LICENSE ./
COPY subscribers subscribers
COPY templates templates
COPY newsletter newsletter
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /wheel \
 && /opt/newsletter/bin/pip install --no-deps --no-index /wheel/*.whl \
 && /opt/newsletter/bin/newsletter --version


FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin newsletter \
 && install --directory --owner newsletter --group newsletter /data
COPY --from=build /opt/newsletter /opt/newsletter

ENV PATH=/opt/newsletter/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NEWSLETTER_DATA_DIR=/data \
    NEWSLETTER_LOG=info/json

USER newsletter
WORKDIR /data
VOLUME /data
EXPOSE 8000

# Red when the pages do not answer, and when the clock behind them stands still.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

# SIGTERM: what is on the wire is finished, the rest is given back.
STOPSIGNAL SIGTERM
ENTRYPOINT ["newsletter"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
