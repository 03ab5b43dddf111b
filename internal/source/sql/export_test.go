package sql

import "context"

// LevelSQLServer is for tests without a server.
var LevelSQLServer = levelSQLServer

// Cell is a value of a driver as text, for tests without a server.
func Cell(driver string, value any, kind string) (string, bool) {
	return dialects()[driver].cell(value, kind)
}

// Explain is what an error of a driver comes to, for tests without a server.
func Explain(ctx context.Context, driver string, err error) error {
	return dialects()[driver].explain(ctx, "query", err)
}
