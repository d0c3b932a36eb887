# 市场部助手。构建：docker build -t marketbot .  运行见 compose.yaml 和 README。
# 两种处理器一起：docker buildx build --platform linux/amd64,linux/arm64 -t 仓库/marketbot --push .
FROM --platform=$BUILDPLATFORM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# 版本写进程序：docker build --build-arg VERSION=$(git describe --tags --always) --build-arg COMMIT=$(git rev-parse HEAD) --build-arg DATE=$(git log -1 --format=%cs) …
ARG VERSION= COMMIT= DATE=
ARG TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags="-s -w -X main.release=$VERSION -X main.commit=$COMMIT -X main.date=$DATE" -o /marketbot ./bot

FROM alpine:3.22
# pg_dump 和 pg_restore 只在用 PostgreSQL 时需要；它们的版本不能低于服务器（compose.yaml 里是 17）。
RUN apk add --no-cache ca-certificates tzdata postgresql17-client \
 && adduser -D -H -u 10001 marketbot \
 && install -d -o marketbot -g marketbot -m 0700 /data
COPY --from=build /marketbot /usr/local/bin/marketbot
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD wget -q -O /dev/null http://127.0.0.1:8080/readyz
ENTRYPOINT ["marketbot"]
CMD ["serve", "--config", "/etc/marketbot.yaml"]
