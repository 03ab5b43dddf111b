package main

import (
	"database/sql"
	"fmt"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // the scripts look into rosterd.db
)

// cmdSQL changes a database behind rosterd's back.
func cmdSQL(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "sql DB STATEMENT")
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(strings.Join(args[1:], " "))
	ts.Check(err)
	ts.Check(db.Close())
}

// cmdRows waits until a query of one value has the one that is expected.
func cmdRows(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "rows DB VALUE QUERY")
	query := strings.Join(args[2:], " ")
	var got string
	var err error
	if !eventually(func() bool {
		got, err = firstValue(ts.MkAbs(args[0]), query)
		return err == nil && got == args[1]
	}) {
		ts.Fatalf("%s: %s (%v), expected %s", query, got, err, args[1])
	}
}

// firstValue leaves the database as it is, whoever is writing to it.
func firstValue(path, query string) (string, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(1000)")
	if err != nil {
		return "", err
	}
	defer db.Close()
	var value any
	err = db.QueryRow(query).Scan(&value)
	return fmt.Sprint(value), err
}

// cmdScramble overwrites the middle of a file.
func cmdScramble(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "scramble FILE")
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	ts.Check(err)
	copy(text[len(text)/4:len(text)*3/4], strings.Repeat("\xa5", len(text)/2))
	ts.Check(os.WriteFile(path, text, 0o600))
}

// cmdConfigure writes a copy of rosterd.yaml in which one section is this line.
func cmdConfigure(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "configure FILE LINE")
	section, _, _ := strings.Cut(args[1], ":")
	var text strings.Builder
	for line := range strings.Lines(ts.ReadFile("rosterd.yaml")) {
		if !strings.HasPrefix(line, section+":") {
			text.WriteString(line)
		}
	}
	text.WriteString(args[1] + "\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text.String()), 0o600))
}
