# syntax=docker/dockerfile:1
# Stages: webphone (what browsers load), build, test (docker build --target test
# runs the tests with Tesseract and OpenCV), fabric (a local ledger network for
# deploy/compose.yaml), runtime.
# Model files are not part of the repository: those in models/files when the
# image is built go into it, or mount a folder over /opt/vouchline/models.
ARG DEBIAN_IMAGE=debian:bookworm-slim
ARG GO_IMAGE=golang:1.26-bookworm

# What the machine has built already is taken as it is.
FROM ${DEBIAN_IMAGE} AS webphone
WORKDIR /src
COPY scripts/lib.sh scripts/deps.sh scripts/webphone.sh scripts/
COPY webphone webphone
COPY templates/static templates/static
RUN scripts/webphone.sh && rm -rf /var/lib/apt/lists/*

FROM ${GO_IMAGE} AS build
WORKDIR /src
# The packages first: they change rarely and are most of the time.
COPY scripts/lib.sh scripts/deps.sh scripts/
RUN scripts/deps.sh build && rm -rf /var/lib/apt/lists/*
ENV CGO_CXXFLAGS="-O2 -g -include /src/internal/mat/opencv46_compat.hpp" \
    GOFLAGS="-buildvcs=false -tags=gocv_specific_modules,gocv_calib3d,gocv_dnn,gocv_objdetect,gocv_photo"
COPY . .
COPY --from=webphone /src/templates/static/built templates/static/built
RUN mkdir -p models/files && go build -trimpath -o /out/ ./cmd/vouchline

FROM build AS test
RUN scripts/deps.sh run && rm -rf /var/lib/apt/lists/*
ENV OMP_THREAD_LIMIT=1 OPENCV_IO_MAX_IMAGE_PIXELS=40000000
# The services' tests (Fabric, the whole program in a browser) are make test's
# business; of the others, those that lack something say so and skip.
RUN go vet ./... \
    && go test -p 2 -timeout 30m $(go list ./... | grep -v -e /e2e -e /ledger/fabric -e /internal/fabricnet)

FROM ${GO_IMAGE} AS fabric-build
WORKDIR /src
COPY . .
RUN deploy/fabric/build.sh /out

FROM ${DEBIAN_IMAGE} AS fabric
RUN apt-get update \
    && apt-get install -y --no-install-recommends jq openssl procps \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 vouchline \
    && useradd --uid 10001 --gid vouchline --home-dir /var/lib/fabric --create-home --skel /nonexistent vouchline
COPY deploy/fabric /opt/fabric/deploy
COPY --from=fabric-build /out /opt/fabric/bin
ENV NET=/var/lib/fabric/net FABRIC_BIN=/opt/fabric/bin
USER vouchline
VOLUME /var/lib/fabric
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/opt/fabric/deploy/network.sh", "status"]
# The network's processes are the shell's children; TERM takes them down in order.
CMD ["bash", "-c", "trap '/opt/fabric/deploy/network.sh down; exit 0' TERM INT; /opt/fabric/deploy/network.sh up && sleep infinity & wait"]

FROM ${DEBIAN_IMAGE} AS runtime
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates \
        libopencv-calib3d406 libopencv-dnn406 libopencv-imgcodecs406 libopencv-objdetect406 libopencv-photo406 \
        libtesseract5 liblept5 \
        tesseract-ocr-eng tesseract-ocr-fra tesseract-ocr-spa tesseract-ocr-por tesseract-ocr-deu \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 vouchline \
    && useradd --uid 10001 --gid vouchline --home-dir /var/lib/vouchline --create-home --skel /nonexistent vouchline \
    # Asterisk's user is in the group: it reads the lines, nobody else does.
    && install -d -o vouchline -g vouchline -m 2750 /var/lib/vouchline-pbx
COPY --from=build /out/vouchline /usr/local/bin/vouchline
COPY --from=build /src/models/files/ /opt/vouchline/models/
COPY LICENSE /usr/share/doc/vouchline/LICENSE
COPY --from=webphone /src/templates/static/built/licences.txt /usr/share/doc/vouchline/webphone-licences.txt
# The first two bound the engines and must be set before exec; a container's
# port is reached from outside, so base URL and providers must be configured.
ENV OMP_THREAD_LIMIT=1 \
    OPENCV_IO_MAX_IMAGE_PIXELS=40000000 \
    VOUCHLINE_LISTEN=0.0.0.0:8080 \
    VOUCHLINE_DATA_DIR=/var/lib/vouchline/data \
    VOUCHLINE_MODELS=/opt/vouchline/models
USER vouchline
WORKDIR /var/lib/vouchline
VOLUME /var/lib/vouchline
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["vouchline", "probe"]
ENTRYPOINT ["vouchline"]
CMD ["serve"]
