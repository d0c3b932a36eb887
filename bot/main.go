package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // a bare machine may have no zones
	"unicode"

	"github.com/alecthomas/kong"

	"marketbot/bot/platform"
)

// The exit codes.
const (
	exitFine  = 0
	exitWrong = 1 // it failed, or check found something
	exitUsage = 2 // the command line or the settings cannot be used
)

// cli is the command line.
type cli struct {
	Demo       demoCommand       `cmd:"" help:"在本机网页上试用：不用账号，不用配置"`
	Setup      setupCommand      `cmd:"" help:"第一次用：扫码接飞书或企业微信，写好配置，检查，启动"`
	Serve      serveCommand      `cmd:"" help:"按配置文件运行机器人"`
	Check      checkCommand      `cmd:"" help:"检查配置、数据库和平台，说明哪里不对、怎么改"`
	Doctor     doctorCommand     `cmd:"" help:"求助时发给别人的一个文件：版本、写了哪些设置、检查结果；没有密钥和姓名"`
	Audit      auditCommand      `cmd:"" help:"查审计记录"`
	Backup     backupCommand     `cmd:"" help:"备份数据库到一个文件；机器人运行着也行"`
	Restore    restoreCommand    `cmd:"" help:"用备份换下现在的数据库，现在的留在旁边；要先停下机器人"`
	Move       moveCommand       `cmd:"" name:"migrate-store" help:"把 SQLite 里的全部数据搬到一个空的 PostgreSQL 库；要先停下机器人"`
	Rekey      rekeyCommand      `cmd:"" help:"换了 secret_key 以后，把已存的内容都改用新密钥"`
	Docs       docsCommand       `cmd:"" help:"重写 README 里由代码生成的表格"`
	Import     importCommand     `cmd:"" aliases:"import-customers" help:"从 Excel 或 CSV 导入已有的客户、合同、收款计划、回款、目标：先试读，只说有问题的行；--template 取一个空表"`
	Completion completionCommand `cmd:"" help:"命令行的补全脚本：bash、zsh 或 fish"`
	Version    kong.VersionFlag  `help:"显示版本、提交和日期"`
}

// usageError is about what the caller wrote, not about what went wrong.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// errFound ends a check that found something and said so.
var errFound = errors.New("something is wrong")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code := run(ctx, time.Now, os.Args[1:], os.Stdout, os.Stderr)
	stop() // a second signal would have ended us at once
	os.Exit(code)
}

// run is the program without its surroundings: now is its clock, what it says
// goes to out and errOut, and it ends when ctx does.
func run(ctx context.Context, now func() time.Time, args []string, out, errOut io.Writer) int {
	var c cli
	code := -1
	parser, err := kong.New(&c, kong.Name(programName), kong.Help(printHelp), kong.Description("市场部助手：签到、周报、提醒，都在聊天里。"),
		kong.Writers(out, errOut), kong.Exit(func(n int) { code = n }), kong.Vars{"version": versionLine()})
	if err != nil {
		fmt.Fprintln(errOut, err)
		return exitUsage
	}
	verb, err := parser.Parse(asked(args))
	if code >= 0 { // --help or --version has answered
		return code
	}
	if err != nil {
		fmt.Fprintf(errOut, "%s\n怎么用：%s help%s\n", usageText(err), programName, askedAbout(err))
		return exitUsage
	}
	return ended(c.do(ctx, verb.Command(), now, out, errOut), errOut)
}

// do runs the verb, whatever its arguments are called, which is for people.
func (c *cli) do(ctx context.Context, verb string, now func() time.Time, out, errOut io.Writer) error {
	name, _, _ := strings.Cut(verb, " <")
	return c.verbs(ctx, now, out, errOut)[name]()
}

// verbs are how each is run.
func (c *cli) verbs(ctx context.Context, now func() time.Time, out, errOut io.Writer) map[string]func() error {
	warn := logger(errOut, slog.LevelWarn)
	return map[string]func() error{
		"demo":          func() error { return c.Demo.run(ctx, now, out, warn) },
		"setup":         func() error { return c.Setup.run(ctx, now, os.Stdin, out, errOut) },
		"serve":         func() error { return c.Serve.run(ctx, now, out, errOut) },
		"check":         func() error { return c.Check.run(ctx, now, out, logger(io.Discard, slog.LevelError)) },
		"doctor":        func() error { return c.Doctor.run(ctx, now, out) },
		"audit verify":  func() error { return c.Audit.Verify.run(ctx, out, logger(io.Discard, slog.LevelError)) },
		"backup":        func() error { return c.Backup.run(ctx, out, warn) },
		"restore":       func() error { return c.Restore.run(ctx, now, out, warn) },
		"migrate-store": func() error { return c.Move.run(ctx, out, warn) },
		"rekey":         func() error { return c.Rekey.run(ctx, now, out, warn) },
		"import":        func() error { return c.Import.run(ctx, now, out, errOut, warn) },
		"completion":    func() error { return c.Completion.run(out) },
		"docs":          func() error { return c.Docs.run(out) },
	}
}

// ended says how the verb ended and gives the exit code.
func ended(err error, errOut io.Writer) int {
	var usage *usageError
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errFound):
		return exitWrong
	case errors.As(err, &usage):
		fmt.Fprintln(errOut, inWords(err))
		return exitUsage
	}
	fmt.Fprintln(errOut, inWords(err))
	return exitWrong
}

// inWords is an error for whoever typed the command: one that is not in words for people
// yet is put into some.
func inWords(err error) string {
	if text := err.Error(); strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return text
	}
	return "没有做成：" + platform.Why(err)
}

func logger(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(newRepeats(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})))
}
