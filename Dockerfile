# The programs of duplex that run beside a Temporal server and Postgres; the standalone, which contains both, is a program for
# one machine and not in here. docker-compose.yml names the program each container runs.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# Without cgo and with the time zones inside, the programs need nothing from the image they run in.
RUN mkdir /out && CGO_ENABLED=0 go build -trimpath -tags timetzdata -o /out/ ./cmd/...

FROM alpine:3.22
# busybox, which is in the image, answers the health checks; certificates are there for the calls to the products.
RUN apk add --no-cache ca-certificates \
    && adduser -D -H -u 10001 duplex
COPY --from=build /out/ /usr/local/bin/
USER duplex
CMD ["duplex", "help"]
