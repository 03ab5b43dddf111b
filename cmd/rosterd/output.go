package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// output is the choice that every reading command has.
type output struct {
	Output string `help:"table for people, json for programs." enum:"table,json" default:"table" short:"o"`
}

// show prints a value as JSON, or lets table print it.
func (o output) show(s *session, value any, table func(w *printer)) error {
	if o.Output == "json" {
		encoder := json.NewEncoder(s.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(value)
	}
	p := &printer{w: s.stdout, colour: onTerminal(s.stdout), blank: s.blank}
	table(p)
	return p.err
}

func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}

// printer prints for people: aligned columns, at most 100 wide, and colour only
// on a terminal. It keeps the first error.
type printer struct {
	w      io.Writer
	colour bool
	blank  bool // there is no database to tell of
	err    error
}

// width is what tables may take; the last column wraps.
const width = 100

func (p *printer) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(p.w, format, args...); err != nil && p.err == nil {
		p.err = err
	}
}

// tone is a colour with a meaning.
type tone string

const (
	plain tone = ""
	good  tone = "\x1b[32m"
	warn  tone = "\x1b[33m"
	bad   tone = "\x1b[31m"
	faint tone = "\x1b[2m"
)

func (p *printer) in(t tone, text string) string {
	if !p.colour || t == plain {
		return text
	}
	return string(t) + text + "\x1b[0m"
}

// table prints rows under a header. Columns are as wide as their widest cell;
// what does not fit into the width wraps in the last column.
func (p *printer) table(header []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	widths := make([]int, len(header))
	for _, row := range append([][]string{header}, rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	indent := 0
	for _, w := range widths[:len(widths)-1] {
		indent += w + 2
	}
	last := max(width-indent, 20)
	p.row(header, widths, indent, last, faint)
	for _, row := range rows {
		p.row(row, widths, indent, last, plain)
	}
}

func (p *printer) row(cells []string, widths []int, indent, last int, t tone) {
	var line strings.Builder
	for i, cell := range cells[:len(cells)-1] {
		cell = printable(cell)
		line.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
	}
	for i, part := range wrap(printable(cells[len(cells)-1]), last) {
		if i > 0 {
			line.WriteString("\n" + strings.Repeat(" ", indent))
		}
		line.WriteString(part)
	}
	p.printf("%s\n", p.in(t, strings.TrimRight(line.String(), " ")))
}

// printable replaces control characters: names of groups come from outside, and
// a terminal obeys what it is sent.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '?'
		}
		return r
	}, text)
}

// wrap breaks text between words into lines of at most n characters.
func wrap(text string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > n {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// when prints a moment, "-" for never.
func when(t *time.Time) string {
	if t == nil || t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}
