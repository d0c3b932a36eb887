#!/bin/sh
# 建运行程序的用户；配置写好以后才启动。
set -e
if ! getent passwd marketbot >/dev/null; then
	useradd --system --home-dir /var/lib/marketbot --shell /usr/sbin/nologin marketbot
fi
install -d -o marketbot -g marketbot -m 0700 /var/lib/marketbot
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
echo "下一步：cd /var/lib/marketbot && marketbot setup --no-serve，再 install -o marketbot -m 600 config.yaml /etc/marketbot.yaml && systemctl enable --now marketbot"
