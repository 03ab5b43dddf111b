package sql_test

import (
	stdsql "database/sql"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sql"
)

// What can be told of SQL Server without one.

func TestSQLServerIsolation(t *testing.T) {
	for _, tt := range []struct {
		name      string
		state     int
		committed bool
		want      stdsql.IsolationLevel
	}{
		{"versions of rows for transactions", 1, false, stdsql.LevelSnapshot},
		{"versions for both", 1, true, stdsql.LevelSnapshot},
		{"versions for statements", 0, true, stdsql.LevelReadCommitted},
		{"no versions", 0, false, stdsql.LevelSerializable},
		{"versions that are only being introduced", 3, false, stdsql.LevelSerializable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := sql.LevelSQLServer(tt.state, tt.committed); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestSQLServerValues(t *testing.T) {
	at := time.Date(2024, 2, 29, 23, 30, 0, 0, time.UTC)
	id := []byte{0x9e, 0x1b, 0x1c, 0x6f, 0x4b, 0x0d, 0x0a, 0x4b, 0x9f, 0x43, 0x3f, 0x1f, 0x0a, 0x2b, 0x4c, 0x5d}
	for _, tt := range []struct {
		kind  string
		value any
		want  string
	}{
		{"UNIQUEIDENTIFIER", id, "6F1C1B9E-0D4B-4B0A-9F43-3F1F0A2B4C5D"},
		{"UNIQUEIDENTIFIER", nil, ""},
		{"DATE", at.Truncate(24 * time.Hour), "2024-02-29"},
		{"DATETIME2", at, "2024-02-29T23:30:00"},
		{"DATETIME", at.Add(500 * time.Millisecond), "2024-02-29T23:30:00.5"},
		{"DATETIMEOFFSET", at.In(time.FixedZone("", -5*60*60)), "2024-02-29T18:30:00-05:00"},
		{"DATETIMEOFFSET", at, "2024-02-29T23:30:00Z"},
		{"TIME", time.Date(1, 1, 1, 8, 30, 0, 0, time.UTC), "08:30:00"},
		{"REAL", float64(float32(0.1)), "0.1"},
		{"FLOAT", 0.1, "0.1"},
		{"DECIMAL", []byte("12.30"), "12.30"},
		{"BIT", true, "true"},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			if got, ok := sql.Cell("sqlserver", tt.value, tt.kind); !ok || got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if _, ok := sql.Cell("sqlserver", []byte{0xff}, "VARBINARY"); ok {
		t.Error("bytes pass for text")
	}
}

func TestSQLServerErrors(t *testing.T) {
	for _, tt := range []struct {
		number     int32
		word, says string
	}{
		{18456, source.WordDenied, "error 18456 at line 3: the database does not accept the user or the password"},
		{229, source.WordDenied, "may not read"},
		{208, source.WordMissing, "a table that is not there"},
		{207, source.WordMissing, "a column that is not there"},
		{102, source.WordService, "cannot be understood"},
		{245, source.WordService, "cannot be converted"},
		{1205, source.WordService, "others changed or hold"},
		{99999, source.WordService, "its documentation says"},
	} {
		err := mssql.Error{Number: tt.number, LineNo: 3, Message: "Login failed for user '" + asker + "', or '" + canary.GivenName + "' is no number"}
		got := sql.Explain(t.Context(), "sqlserver", err)
		silent(t, got)
		if fault := source.AsFault(got); fault.Word != tt.word || !strings.Contains(got.Error(), tt.says) {
			t.Errorf("error %d: got %v, want %s: … %s", tt.number, got, tt.word, tt.says)
		}
	}
}
