package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// What a release says of itself, written by the linker (make release, the
// Dockerfile); empty in other builds, of which Go keeps a record.
var release, commit, date string

// version is the release, or what the build knows instead.
func version() string {
	v, _, _ := built()
	return v
}

// versionLine is the answer of --version.
func versionLine() string {
	v, commit, date := built()
	details := []string{}
	if commit != "" {
		details = append(details, "提交 "+commit)
	}
	if date != "" {
		details = append(details, date)
	}
	details = append(details, runtime.Version()+" "+runtime.GOOS+"/"+runtime.GOARCH)
	return fmt.Sprintf("%s %s（%s）", programName, v, strings.Join(details, "，"))
}

// built is which version this is, of which commit, of which day.
func built() (v, of, on string) {
	v, of, on = release, commit, date
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return orDevel(v), short(of), on
	}
	if v == "" && info.Main.Version != "(devel)" {
		v = info.Main.Version
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && of == "":
			of = s.Value
		case s.Key == "vcs.time" && on == "":
			on, _, _ = strings.Cut(s.Value, "T")
		}
	}
	return orDevel(v), short(of), on
}

func short(commit string) string { return commit[:min(len(commit), 12)] }

// orDevel is a version, or that of a program that is being worked on: go run
// keeps no record.
func orDevel(v string) string {
	if v == "" {
		return "devel"
	}
	return v
}
