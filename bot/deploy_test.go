package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"marketbot/bot/feishu"
	"marketbot/bot/wecom"
)

// composed is compose.yaml as far as the tests look at it.
type composed struct {
	Services map[string]struct {
		Image, Command any
		Profiles       []string
		Environment    map[string]string
		Volumes        []string
	}
	Volumes map[string]any
}

func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Each profile of compose.yaml starts bots whose settings are right, on the
// store that the profile has; every volume is named and every image pinned.
func TestCompose(t *testing.T) {
	var c composed
	if err := yaml.Unmarshal([]byte(deployed(t, "compose.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	settings := "store: ${MARKETBOT_STORE}\nredis: ${MARKETBOT_REDIS}\nlisten: 0.0.0.0:8080\nsecret_key: " + storeKey + "\n"
	bots := map[string]int{}
	for name, s := range c.Services {
		if len(s.Profiles) != 1 {
			t.Errorf("%s has profiles %v", name, s.Profiles)
			continue
		}
		for _, v := range s.Volumes {
			source, _, _ := strings.Cut(v, ":")
			if _, known := c.Volumes[source]; !known && source != "./config.yaml" {
				t.Errorf("%s: no volume %s", name, source)
			}
		}
		if s.Image != "marketbot" {
			if image, ok := s.Image.(string); !ok || !regexp.MustCompile(`:\d+-alpine$`).MatchString(image) {
				t.Errorf("%s: image %v", name, s.Image)
			}
			continue
		}
		bots[s.Profiles[0]]++
		cfg, err := parseConfig([]byte(settings), env("MARKETBOT_STORE", s.Environment["MARKETBOT_STORE"], "MARKETBOT_REDIS", s.Environment["MARKETBOT_REDIS"]))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if isPostgres(cfg.Store) != (s.Profiles[0] == "ha") {
			t.Errorf("%s serves %s", name, cfg.Store)
		}
	}
	if bots["default"] != 1 || bots["ha"] != 2 {
		t.Errorf("bots %v", bots)
	}
}

// The image holds what the program needs and runs as nobody in particular; its
// pg_dump is as new as the server of compose.yaml.
func TestDockerfile(t *testing.T) {
	docker := deployed(t, "Dockerfile")
	for _, want := range []string{"tzdata", "ca-certificates", "\nUSER 10001", "CGO_ENABLED=0"} {
		if !strings.Contains(docker, want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
	client := regexp.MustCompile(`postgresql(\d+)-client`).FindStringSubmatch(docker)
	server := regexp.MustCompile(`image: postgres:(\d+)-`).FindStringSubmatch(deployed(t, "compose.yaml"))
	if client == nil || server == nil || client[1] != server[1] {
		t.Errorf("pg_dump is of %v, the server of %v", client, server)
	}
	if ignored := strings.Fields(deployed(t, ".dockerignore")); !slices.Contains(ignored, "/.env") || !slices.Contains(ignored, "/config.yaml") {
		t.Errorf("secrets may come into the image: %v", ignored)
	}
}

// The unit starts the program as its README does.
func TestUnit(t *testing.T) {
	unit := deployed(t, "docs/marketbot.service")
	for _, want := range []string{"\nExecStart=/usr/local/bin/marketbot serve --config /etc/marketbot.yaml\n", "\nUser=marketbot\n", "\nEnvironmentFile=-/etc/marketbot.env\n", "\nType=notify\n", "\nExecReload=/bin/kill -HUP $MAINPID\n", "\nRestartPreventExitStatus=2\n"} {
		if !strings.Contains(unit, want) {
			t.Errorf("the unit lacks %q", want)
		}
	}
}

// What is asked in the alert rules and on the dashboard are metrics that there are.
func TestMetricsThatAreWatched(t *testing.T) {
	s := newSite(t)
	s.start()
	_, body := s.get("/metrics")
	s.end()
	known := map[string]bool{"marketbot_events_total": true, "marketbot_sends_total": true, "marketbot_answer_seconds_bucket": true, // of what has not happened yet
		"marketbot_backup_age_seconds": true, "marketbot_callbacks_refused_total": true}
	for line := range strings.Lines(body) {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "# HELP "), " ")
		name, _, _ = strings.Cut(name, "{")
		known[name] = true
	}
	described := deployed(t, "bot/metrics.go")
	for _, file := range []string{"docs/ops/alerts.yaml", "docs/ops/grafana.json"} {
		found := regexp.MustCompile(`\b(marketbot_[a-z0-9_]+|process_[a-z_]+)\b`).FindAllString(deployed(t, file), -1)
		if len(found) < 8 {
			t.Errorf("%s watches %q", file, found)
		}
		for _, name := range found {
			short := strings.TrimSuffix(strings.TrimPrefix(name, "marketbot_"), "_bucket")
			if !known[name] || strings.HasPrefix(name, "marketbot_") && !strings.Contains(described, short+`"`) {
				t.Errorf("%s: there is no %s", file, name)
			}
		}
	}
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal([]byte(deployed(t, "docs/ops/alerts.yaml")), &rules); err != nil || len(rules.Groups) != 1 || len(rules.Groups[0].Rules) < 10 {
		t.Errorf("%v, %+v", err, rules)
	}
	if !json.Valid([]byte(deployed(t, "docs/ops/grafana.json"))) {
		t.Error("the dashboard is no JSON")
	}
}

// The sample lets through what a platform calls, and nothing else.
func TestNginxSample(t *testing.T) {
	conf := deployed(t, "docs/ops/nginx.conf")
	for _, path := range []string{feishu.Path, wecom.Path} {
		if !strings.Contains(conf, "location = "+path+" {") {
			t.Errorf("no %s", path)
		}
	}
	if strings.Count(conf, "proxy_pass") != 2 || !strings.Contains(conf, "client_max_body_size 2m;") {
		t.Error("more is let through, or larger")
	}
}
