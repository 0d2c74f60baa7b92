# loopfind in a container, from Debian's packages and PyPI alone:
#
#     docker build -t loopfind .
#     docker run --rm -v "$PWD:/videos" loopfind video.mp4
#     docker run --rm -v "$PWD:/videos" --user "$(id -u):$(id -g)" loopfind video.mp4 --html report.html
FROM debian:trixie-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

COPY . /source
RUN python3 -m venv /opt/loopfind \
    && /opt/loopfind/bin/pip install --no-cache-dir '/source[cnn,dtw]' \
    && rm -rf /source

# Any user may run it: what it keeps between two runs lies in the temporary folder.
ENV PATH=/opt/loopfind/bin:$PATH XDG_CACHE_HOME=/tmp/cache
WORKDIR /videos
ENTRYPOINT ["loopfind"]
CMD ["--help"]
