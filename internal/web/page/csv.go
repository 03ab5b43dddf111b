package page

import (
	"encoding/csv"
	"net/http"
	"strings"

	"go.uber.org/zap"
)

// download sends rows as a file for a spreadsheet.
func (p *Pages) download(w http.ResponseWriter, name string, rows [][]string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	out := csv.NewWriter(w)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = harmless(cell)
		}
		if err := out.Write(row); err != nil {
			p.Log.Warn("download broke off", zap.Error(err))
			return
		}
	}
	out.Flush()
}

// harmless keeps a spreadsheet from taking a cell for a formula (OWASP, CSV
// injection).
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
