package main

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg"
	"os/exec"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"marketbot/handlers/chat"
)

// screens are a platform with its people, as they see and use it.
type screens interface {
	platform() chat.Platform
	account(name string) chat.Account
	group() chat.Address
	// messages is what the bot said to a person, or with "" to the group.
	messages(name string) []message
	// say writes; in the group the bot is mentioned or not.
	say(name string, where room, text string)
	place(name, what string)
	// picture sends a picture in private, or into the group with the bot mentioned
	// where the platform can, with words or without.
	picture(name string, where room, data []byte, words string)
	// press presses the button of a message by its place among the buttons.
	press(name string, m message, button int)
	// submit hands a form in; fields not given stay as they were prefilled.
	submit(name string, m message, values map[string]string)
	// again delivers the last event again.
	again()
}

// room is where somebody writes.
type room int

const (
	private   room = iota
	mentioned      // in the group, with the bot's name
	aside          // in the group, without
)

// message is one message of the bot as a person sees it.
type message struct {
	id      string
	text    string // everything that can be read but buttons
	buttons []string
	fields  []string // names; empty: no form
	file    string   // its name
	data    []byte
	now     string // what stands there now, where it was changed: all else is as it was shown first, when somebody may have pressed it
}

// words is everything on the screen, line by line.
func (m message) words() string {
	return strings.Join(append([]string{m.text, m.file}, m.buttons...), "\n")
}

// button finds a button by the beginning of its label, best by all of it.
func (m message) button(label string) int {
	if i := slices.Index(m.buttons, label); i >= 0 {
		return i
	}
	return slices.IndexFunc(m.buttons, func(b string) bool { return strings.HasPrefix(b, label) })
}

// pages reports whether it is a file for who only reads.
func (m message) pages() bool { return strings.HasSuffix(m.file, ".pdf") }

// cells is every cell of an Excel file, line by line.
func (m message) cells() (string, error) {
	if strings.HasSuffix(m.file, ".ics") {
		return string(m.data), nil
	}
	if m.pages() {
		read := exec.Command("pdftotext", "-raw", "-", "-")
		read.Stdin = bytes.NewReader(m.data)
		text, err := read.Output()
		return strings.Join(strings.Fields(string(text)), ""), err
	}
	if strings.HasSuffix(m.file, ".jpg") {
		config, kind, err := image.DecodeConfig(bytes.NewReader(m.data))
		return fmt.Sprintf("%s %dx%d", kind, config.Width, config.Height), err
	}
	book, err := excelize.OpenReader(bytes.NewReader(m.data))
	if err != nil {
		return "", err
	}
	defer book.Close()
	var lines []string
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			return "", err
		}
		lines = append(lines, sheet)
		for _, row := range rows {
			lines = append(lines, row...)
		}
	}
	return strings.Join(lines, "\n"), nil
}

// cardText is everything that can be read in a card but its buttons.
func cardText(c *chat.Card) string {
	lines := []string{c.Title}
	for _, b := range c.Blocks {
		lines = append(lines, b.Text, b.Note)
		for _, f := range b.Facts {
			lines = append(lines, f.Label+"："+f.Value)
		}
		if b.Table != nil {
			lines = append(lines, b.Table.Heads...)
			lines = append(lines, slices.Concat(b.Table.Rows...)...)
		}
		if b.Chart != nil {
			lines = append(lines, b.Chart.Words())
		}
		if b.Fold != nil {
			lines = append(lines, b.Fold.Title, b.Fold.Text)
		}
	}
	if c.Form != nil {
		for _, f := range c.Form.Fields {
			lines = append(lines, f.Label, f.Value, f.Hint)
			lines = append(lines, f.Options...)
		}
		lines = append(lines, c.Form.Submit)
	}
	lines = append(lines, c.Done)
	return strings.Join(lines, "\n")
}
