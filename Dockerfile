# One image for all services of docker-compose.yml: Java, the locked packages, Delta's jars and winnow, not as root.
FROM debian:bookworm-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl make openjdk-17-jre-headless patch procps \
      python3 python3-venv \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 winnow \
 && install --directory --owner winnow --group winnow /opt/winnow /archives /warehouse /events

USER winnow
WORKDIR /opt/winnow

# Packages first, since they rarely change.
COPY --chown=winnow:winnow Makefile requirements.lock requirements-notebooks.lock ./
RUN make packages notebook-packages
COPY --chown=winnow:winnow . .
RUN make setup && ln -s /warehouse warehouse

# Java takes the encoding of file names from the locale.
ENV LANG=C.UTF-8 \
    PATH=/opt/winnow/.venv/bin:$PATH \
    PYSPARK_PYTHON=/opt/winnow/.venv/bin/python \
    SPARK_HOME=/opt/winnow/.venv/lib/python3.11/site-packages/pyspark
CMD ["winnow", "--help"]
