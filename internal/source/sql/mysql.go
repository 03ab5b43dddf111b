package sql

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/go-sql-driver/mysql"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/trust"
)

// mySQL is MySQL and MariaDB.
func mySQL() dialect {
	return dialect{
		expect:   "user:password@tcp(host:3306)/db?tls=true",
		locate:   locateMySQL,
		answered: answeredMySQL,
		special:  bits,
	}
}

func locateMySQL(dsn string, dial dialFunc) (place, error) {
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		return place{}, err
	}
	if err := config.Apply(mysql.Charset("utf8mb4", "")); err != nil {
		return place{}, err
	}
	if config.Params == nil {
		config.Params = map[string]string{}
	}
	// A server can be set to cut every result, and says nothing when it does.
	config.Params["sql_select_limit"] = "9223372036854775807"
	config.DialFunc = dial
	config.Logger = &mysql.NopLogger{}
	config.ParseTime = false // dates come as the server writes them
	config.MultiStatements = false
	config.AllowAllFiles = false
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return place{}, err
	}
	host, _, err := net.SplitHostPort(config.Addr)
	near := config.Net == "unix" || err == nil && trust.Here(host)
	exposed := !near && (config.TLS == nil || config.AllowFallbackToPlaintext)
	return place{connector, exposed, snapshot}, nil
}

// bits is the number that a BIT column holds: the driver has its bytes only.
func bits(value any, kind string) (string, bool) {
	text, is := value.([]byte)
	if !is || kind != "BIT" || len(text) > 8 {
		return "", false
	}
	var wide [8]byte
	copy(wide[8-len(text):], text)
	return strconv.FormatUint(binary.BigEndian.Uint64(wide[:]), 10), true
}

// answeredMySQL says what the number of an error means, in MySQL and in MariaDB
// (their server error references).
func answeredMySQL(err error) (answer, bool) {
	found, is := errors.AsType[*mysql.MySQLError](err)
	if !is {
		return answer{}, false
	}
	a := answer{number: fmt.Sprintf("error %d", found.Number), word: source.WordService}
	switch found.Number {
	case 1045, 1698, 1044, 1130, 1251, 1820, 1862, 3118, 3159, 4151:
		a.word, a.meaning = source.WordDenied, letNotIn
	case 1142, 1143, 1227, 1345, 1370:
		a.word, a.meaning = source.WordDenied, mayNotRead
	case 1792:
		a.meaning = readsOnly
	case 1049, 1046:
		a.word, a.meaning = source.WordMissing, noDatabase
	case 1146, 1356:
		a.word, a.meaning = source.WordMissing, noTable
	case 1054:
		a.word, a.meaning = source.WordMissing, noColumn
	case 1064, 1149:
		a.meaning = notUnderstood
	case 1292, 1365, 1366, 1411, 1690:
		a.meaning = noSuchValue
	case 1053, 1317, 1927, 1969, 3024:
		a.meaning = brokenOff
	case 1040, 1203, 1226, 1104:
		a.meaning = exhausted
	case 1205, 1213, 1020:
		a.meaning = conflict
	}
	return a, true
}
