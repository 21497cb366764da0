# One image for every service: `newsletter serve`, `newsletter worker`, `newsletter init` (see docker-compose.yml). For several
# kinds of machine at once: docker buildx build --platform linux/amd64,linux/arm64 --build-arg REVISION="$(git rev-parse HEAD)" .

# Any Python that the product allows, in the small variant of its image.
ARG PYTHON=3.13-slim


# The wheel is the same for every machine, so it is built on the one that builds, and not in an emulation of another.
FROM --platform=$BUILDPLATFORM python:$PYTHON AS wheel
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements/build.lock requirements/
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes --requirement requirements/build.lock

# What comes from npm: what mail programs can show, and what the desk's pages load. Node is in the wheel that bundles it.
COPY scripts/caniemail scripts/frontend.py scripts/sbom.py scripts/wheel.py scripts/
COPY frontend frontend
RUN mkdir newsletter \
 && PYTHON=/opt/build/bin/python scripts/caniemail \
 && /opt/build/bin/python scripts/frontend.py \
 && rm -rf frontend/node_modules

COPY pyproject.toml README.md LICENSE ./
COPY subscribers subscribers
COPY templates templates
COPY newsletter newsletter
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /wheel


# What it runs on, exactly as locked and tested, for the machine that will run it; the first layers change only when the lock does.
FROM python:$PYTHON AS installed
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements/run.lock requirements/
# Without pip: nothing is installed into a container that runs.
RUN python -m venv --without-pip /opt/newsletter \
 && pip --python /opt/newsletter/bin/python install --require-hashes --requirement requirements/run.lock
COPY --from=wheel /wheel /wheel
COPY --from=wheel /src /src
RUN pip --python /opt/newsletter/bin/python install --no-deps --no-index /wheel/*.whl \
 && /opt/newsletter/bin/python scripts/sbom.py --run > /opt/newsletter/newsletter.cdx.json \
 && /opt/newsletter/bin/newsletter --version


FROM python:$PYTHON
ARG REVISION=unknown
LABEL org.opencontainers.image.title="newsletter" \
      org.opencontainers.image.description="From the blog's feed to the subscriber's inbox" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="$REVISION"
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin newsletter \
 && install --directory --mode 0700 --owner newsletter --group newsletter /data
COPY --from=installed /opt/newsletter /opt/newsletter

# Nothing is written but into /data and /tmp: `docker run --read-only --tmpfs /tmp`.
ENV PATH=/opt/newsletter/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NEWSLETTER_DATA_DIR=/data \
    NEWSLETTER_LOG=info/json

# By its number, so that an orchestrator can see that it is not root.
USER 10001:10001
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
