# One static binary in an empty image, as nobody in particular.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY internal internal
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/rosterd ./cmd/rosterd
# What is written to: the state, and what a demo and a look at no state need.
RUN mkdir -p /out/writable && mkdir -m 0700 /out/writable/data && mkdir -m 1777 /out/writable/tmp

FROM scratch
# Time zones are inside the binary; the certificates are Debian's.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chown=65532:65532 /out/writable/ /
COPY --from=build /out/rosterd /rosterd
USER 65532:65532
# Beyond loopback, everything but health and metrics asks for ROSTERD_WEB_TOKEN.
ENV ROSTERD_DATA_DIR=/data ROSTERD_CONFIG=/etc/rosterd/rosterd.yaml ROSTERD_LISTEN=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/rosterd", "healthcheck"]
ENTRYPOINT ["/rosterd"]
CMD ["serve"]
