# The wheel is made in one image and installed in another, which has no compiler and no Node.
FROM python:3.13-slim AS build
WORKDIR /source
COPY requirements/build.txt requirements/run.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt \
 && python -m venv /opt/inbox \
 && /opt/inbox/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /tmp/wheel . \
 && /opt/inbox/bin/pip install --no-cache-dir --no-deps /tmp/wheel/*.whl

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home --home-dir /home/inbox inbox \
 && install --directory --owner inbox --group inbox /data
COPY --from=build /opt/inbox /opt/inbox
ENV PATH=/opt/inbox/bin:$PATH PYTHONUNBUFFERED=1 INBOX_DATA_DIR=/data
USER inbox
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", \
  "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["inbox", "serve", "--host", "0.0.0.0"]
