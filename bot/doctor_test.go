package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The bundle says what a helper needs, and holds no secret, no name and nothing
// that was written in a chat.
func TestDoctor(t *testing.T) {
	s := newSite(t)
	s.start()
	defer s.end()
	dir := t.TempDir()
	config, file := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "bundle.txt")
	text := fmt.Sprintf(`secret_key: %q
store: %q
listen: %s
feishu: {app_id: %s, app_secret: %s, base_url: %q}
people:
  - {name: 王芳, post: 市场总监, feishu: on_wang}
customers: {canaries: [东莞市白鹭礼品有限公司]}
reports: {backdate_weeks: 2}
`, s.cfg.SecretKey, s.cfg.Store, s.cfg.Listen, s.feishu.App.ID, s.feishu.App.Secret, s.feishu.URL)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if code := run(t.Context(), time.Now, []string{"doctor", file, "--config", config}, &said, &said); code != exitFine {
		t.Fatalf("exit %d: %s", code, said.String())
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := string(data)
	for _, want := range []string{"marketbot ", "secret_key：已写", "feishu.app_secret：已写", "people：1 项", "customers.canaries：1 项", "reports.backdate_weeks：2", "✓ 飞书凭证", "正在运行：true，能干活：true"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	for _, secret := range []string{s.cfg.SecretKey, s.feishu.App.Secret, "王芳", "白鹭", "on_wang"} {
		if strings.Contains(got, secret) {
			t.Errorf("tells %q", secret)
		}
	}
	if code := run(t.Context(), time.Now, []string{"doctor", file, "--config", config}, &said, &said); code != exitUsage || !strings.Contains(said.String(), "已经有了") {
		t.Errorf("a file is written over: %s", said.String())
	}
}

// Nor does it where the settings are wrong, whose words repeat what stands there.
func TestDoctorOfWrongSettings(t *testing.T) {
	dir := t.TempDir()
	for i, text := range []string{
		"people:\n  - {name: 王芳, post: 总管}\n  - {name: 王 小芳 @, post: 业务员}\nreports: {backdate_weeks: -1}\n",
		"people:\n  - {name: 王芳, post: 业务员, wecom: a}\n  - {name: 王小芳, post: 业务员, wecom: A}\nreports: {backdate_weeks: -1}\n",
		"people: {王芳: 总经理}\n王小芳: 业务员\nreports: {backdate_weeks: -1}\n",
		"customers: {canaries: [王芳公司, 王芳公司]}\nreports: {backdate_weeks: -1}\n",
	} {
		config, file := filepath.Join(dir, "config.yaml"), filepath.Join(dir, fmt.Sprint(i, ".txt"))
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		if code := run(t.Context(), time.Now, []string{"doctor", file, "--config", config}, &said, &said); code != exitFine {
			t.Fatalf("exit %d: %s", code, said.String())
		}
		got, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(got), "芳") || !strings.Contains(string(got), "行：写得不对") || !strings.Contains(string(got), "backdate_weeks 不能是负数") {
			t.Errorf("%s", got)
		}
	}
}

// A file that cannot be read as YAML brings no bundle; what is said of it goes to
// others as well.
func TestDoctorOfWhatIsNoYAML(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.yaml")
	for _, text := range []string{"people: {王芳: a, 王芳: b}\n", "王芳: a\n王芳: b\n"} {
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		if code := run(t.Context(), time.Now, []string{"doctor", "--config", config}, &said, &said); code != exitUsage || strings.Contains(said.String(), "芳") || !strings.Contains(said.String(), "写得不对") {
			t.Errorf("exit %d: %s", code, said.String())
		}
	}
}
