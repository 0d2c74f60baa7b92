# loopfind in a container, from Debian's packages and PyPI alone:
#
#     docker build -t loopfind .
#     docker run --rm -v "$PWD:/videos" loopfind video.mp4
#     docker run --rm -v "$PWD:/videos" --user "$(id -u):$(id -g)" loopfind video.mp4 --html report.html
#
# compose.yaml runs the service from it.
FROM debian:trixie-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

COPY . /source
RUN python3 -m venv /opt/loopfind \
    && /opt/loopfind/bin/pip install --no-cache-dir '/source[cnn,dask,dtw,postgres,s3,serve]' \
    && rm -rf /source

# A user for the service, whose uploads and results lie in a volume at /data.
RUN groupadd --gid 10001 loopfind \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin loopfind \
    && install -d -o loopfind -g loopfind -m 0700 /data
VOLUME /data

# Any user may run it: what it keeps between two runs lies in the temporary folder.
ENV PATH=/opt/loopfind/bin:$PATH XDG_CACHE_HOME=/tmp/cache
WORKDIR /videos
ENTRYPOINT ["loopfind"]
CMD ["--help"]
