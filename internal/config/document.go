package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// parseDocument returns the root of the one YAML document in text. What is
// wrong with the text as YAML ends the reading: behind it nothing is certain.
func parseDocument(file string, text []byte) (*yaml.Node, error) {
	if at := endOfText(text); at < len(text) {
		return nil, Faults{{File: file, Line: 1 + bytes.Count(text[:at], []byte("\n")), Detail: "not readable as YAML: expected UTF-8 text without control characters"}}
	}
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return nil, Faults{unreadable(file, err)}
	}
	var document, second yaml.Node
	err = loader.Load(&document)
	if errors.Is(err, io.EOF) {
		return nil, Faults{{File: file, Line: 1, Column: 1, Detail: "the file is empty"}}
	}
	if err != nil {
		return nil, Faults{unreadable(file, err)}
	}
	switch err := loader.Load(&second); {
	case err == nil:
		return nil, Faults{{
			File: file, Line: second.Line, Column: second.Column,
			Detail: "a second document starts here; it would not be read, so write one file with one document",
		}}
	case !errors.Is(err, io.EOF):
		return nil, Faults{unreadable(file, err)}
	}
	root := document.Content[0]
	if isNull(root) {
		return nil, Faults{{File: file, Line: 1, Column: 1, Detail: "the file is empty"}}
	}
	return root, nil
}

// unreadable says where the text stops being YAML. The words of the scanner and
// the parser are fixed texts; those of the other stages may quote the file and
// are not repeated.
func unreadable(file string, err error) Fault {
	fault := Fault{File: file, Detail: "not readable as YAML"}
	problem, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return fault
	}
	fault.Line, fault.Column = problem.Mark.Line, problem.Mark.Column
	switch problem.Stage {
	case yaml.ScannerStage, yaml.ParserStage:
		fault.Detail += ": " + problem.Message
		if problem.ContextMsg != "" {
			fault.Detail += fmt.Sprintf(" (%s that starts at line %d)", problem.ContextMsg, problem.ContextMark.Line)
		}
		fault.Detail += "; look for a missing quote, a colon, a tab or the indentation"
	case yaml.ComposerStage:
		fault.Detail += ": an alias without its anchor; aliases are not used here"
	}
	return fault
}

// endOfText returns where the bytes stop being UTF-8 text that YAML allows. The
// library refuses these as well, but does not say in which line.
func endOfText(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		broken := r == utf8.RuneError && size == 1
		if broken || unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\u0085", r) {
			return i
		}
		i += size
	}
	return len(text)
}

// isNull reports whether a node holds nothing: an empty value, ~ or null.
func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
