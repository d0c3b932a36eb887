package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/rivo/uniseg"
)

// programName is what the program is called, however it was built.
const programName = "marketbot"

// helpColumn is where the second column of the help begins, in cells of a
// terminal.
const helpColumn = 24

// printHelp writes the help of the command that is asked about, or of all. It
// fills in for kong's own, which is in English.
func printHelp(_ kong.HelpOptions, ctx *kong.Context) error {
	at := ctx.Selected()
	if at == nil {
		at = ctx.Model.Node
	}
	return writeHelp(ctx.Stdout, at)
}

func writeHelp(w io.Writer, at *kong.Node) error {
	var b strings.Builder
	var usage strings.Builder
	var args, flags [][2]string
	for _, p := range at.Positional {
		usage.WriteString(" " + p.Summary())
		args = append(args, [2]string{p.Name, p.Help})
	}
	if len(at.Children) > 0 {
		usage.WriteString(" <命令>")
	}
	for _, f := range at.Flags {
		if !f.Hidden && f.Name != "help" {
			flags = append(flags, [2]string{f.String(), f.Help})
		}
	}
	path := programName
	if rest := strings.TrimPrefix(at.FullPath(), programName); at.Parent != nil {
		path += rest
	}
	flags = append(flags, [2]string{"-h, --help", "显示这段说明"})
	fmt.Fprintf(&b, "用法：%s%s [选项]\n\n%s\n", path, usage.String(), at.Help)
	var children [][2]string
	for _, c := range at.Children {
		if !c.Hidden {
			children = append(children, [2]string{c.Name, c.Help})
		}
	}
	writeColumns(&b, "命令", children)
	writeColumns(&b, "写什么", args)
	writeColumns(&b, "选项", flags)
	if len(children) > 0 {
		fmt.Fprintf(&b, "\n一个命令怎么用：%s help 命令\n", path)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeColumns(b *strings.Builder, title string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	b.WriteString("\n" + title + "：\n")
	for _, row := range rows {
		gap := helpColumn - 2 - uniseg.StringWidth(row[0])
		if gap < 2 {
			gap = 2
		}
		b.WriteString("  " + row[0] + strings.Repeat(" ", gap) + row[1] + "\n")
	}
}

// asked is a command line with the word help in the place of the option.
func asked(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(args[1:len(args):len(args)], "--help")
	}
	return args
}

// parseWords are the parser's errors, and what they are for people. $1 is what
// the parser names.
var parseWords = []struct {
	said  *regexp.Regexp
	words string
}{
	{regexp.MustCompile(`^unexpected argument (.*), did you mean (?:one of )?(.*)\?$`), "没有命令 $1，是不是想用 $2？"},
	{regexp.MustCompile(`^unexpected argument (.*)$`), "没有命令，或多写了：$1"},
	{regexp.MustCompile(`^unknown flag (.*), did you mean (?:one of )?(.*)\?$`), "没有选项 $1，是不是想用 $2？"},
	{regexp.MustCompile(`^unknown flag (.*)$`), "没有选项 $1"},
	{regexp.MustCompile(`^missing flags: (.*)$`), "缺少选项 $1"},
	{regexp.MustCompile(`^missing positional arguments (.*)$`), "缺少 $1"},
	{regexp.MustCompile(`^expected (?:one of )?"?([^"]*)"?$`), "后面要写：$1"},
	{regexp.MustCompile(`^.*: stat (.*): no such file or directory$`), "没有 $1 这个文件"},
	{regexp.MustCompile(`^.*: "(.*)" exists but is a directory$`), "$1 是目录，要写文件"},
	{regexp.MustCompile(`^(.*): expected (?:.*) value but got "EOL".*$`), "$1 后面要写一个值"},
	{regexp.MustCompile(`^(.*): expected (?:.*) value but got "(.*)".*$`), "$1 后面要写一个值，$2 不行"},
	{regexp.MustCompile(`^(.*): missing value.*$`), "$1 后面要写一个值"},
	{regexp.MustCompile(`^(.*) must be one of (.*) but got (.*)$`), "$1 只能是 $2，不能是 $3"},
}

// askedAbout is the command that an error of the parser is about, with a blank before
// it; empty where it is about none.
func askedAbout(err error) string {
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context.Selected() != nil {
		return " " + wrong.Context.Selected().Name
	}
	return ""
}

// usageText is an error of the parser in words for people.
func usageText(err error) string {
	said := err.Error()
	for _, p := range parseWords {
		if p.said.MatchString(said) {
			return p.said.ReplaceAllString(said, p.words)
		}
	}
	return "命令写得不对：" + said
}
