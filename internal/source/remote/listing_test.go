package remote_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// pages hands out ready-made pages.
func pages(all ...remote.Page) func(context.Context, *remote.Page) (remote.Page, error) {
	n := 0
	return func(context.Context, *remote.Page) (remote.Page, error) {
		n++
		if n > len(all) {
			return remote.Page{}, errors.New("asked beyond the last page")
		}
		return all[n-1], nil
	}
}

// page has people of these ids.
func page(t *testing.T, total int, last bool, cursor string, ids ...string) remote.Page {
	t.Helper()
	p := remote.Page{Total: total, Last: last, Cursor: cursor}
	for _, id := range ids {
		p.Records = append(p.Records, recordOf(t, fmt.Sprintf(`{"id": %q}`, id)))
	}
	return p
}

func TestListings(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pages []remote.Page
		word  string // "": everybody comes
	}{
		{"one page", []remote.Page{page(t, 2, true, "", "a", "b")}, ""},
		{"several", []remote.Page{page(t, 3, false, "", "a"), page(t, 3, false, "", "b"), page(t, 3, true, "", "c")}, ""},
		{"an empty one at the end", []remote.Page{page(t, -1, false, "", "a"), page(t, -1, true, "")}, ""},
		{"cursors", []remote.Page{page(t, -1, false, "x", "a"), page(t, -1, false, "y", "b"), page(t, -1, true, "", "c")}, ""},
		{"fewer than declared", []remote.Page{page(t, 3, true, "", "a", "b")}, source.WordCount},
		{"more than declared", []remote.Page{page(t, 1, true, "", "a", "b")}, source.WordCount},
		{"a total that changes", []remote.Page{page(t, 3, false, "", "a"), page(t, 2, true, "", "b")}, source.WordPages},
		{"a record that came before", []remote.Page{page(t, 2, false, "", "a"), page(t, 2, true, "", "a")}, source.WordPages},
		{"a record twice in a page", []remote.Page{page(t, 2, true, "", "a", "a")}, source.WordPages},
		{"a record without its id", []remote.Page{page(t, 2, true, "", "a", "")}, source.WordFormat},
		{"an empty page in the middle", []remote.Page{page(t, -1, false, ""), page(t, -1, true, "", "a")}, source.WordPages},
		{"a cursor that comes back", []remote.Page{page(t, -1, false, "x", "a"), page(t, -1, false, "x", "b"), page(t, -1, true, "", "c")}, source.WordPages},
		{"no end", []remote.Page{page(t, -1, false, "", "a"), page(t, -1, false, "", "b"), page(t, -1, false, "", "c"), page(t, -1, false, "", "d")}, source.WordPages},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got sourcetest.Recorder
			report, err := remote.Listing{Columns: []string{"id"}, Key: "id", Next: pages(tt.pages...), MaxPages: 3}.Pull(t.Context(), &got)
			if breaches := got.Breaches(); breaches != nil {
				t.Error(breaches)
			}
			if tt.word == "" {
				if err != nil || report.Seen != len(got.Records) || report.Seen == 0 {
					t.Errorf("report %+v, %v", report, err)
				}
				return
			}
			if fault, ok := errors.AsType[*source.Fault](err); !ok || fault.Word != tt.word {
				t.Errorf("got %v, want %s", err, tt.word)
			}
			if diff := cmp.Diff(source.Report{}, report); diff != "" {
				t.Errorf("report beside an error (-want +got):\n%s", diff)
			}
		})
	}
}

// Without a key, a record that equals one of an earlier page in all that it has came
// before; two that are equal on one page, or in a list of one, are as the service
// has them.
func TestListingsWithoutAKey(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pages []remote.Page
		word  string // "": everybody comes
	}{
		{"all differ", []remote.Page{page(t, 3, false, "", "a"), page(t, 3, false, "", "b"), page(t, 3, true, "", "c")}, ""},
		{"equal ones on one page", []remote.Page{page(t, 3, false, "", "a", "a"), page(t, 3, true, "", "b")}, ""},
		{"equal ones in a list of one page", []remote.Page{page(t, 2, true, "", "a", "a")}, ""},
		{"one that moves to the next page", []remote.Page{page(t, 4, false, "", "a", "b"), page(t, 4, true, "", "b", "c")}, source.WordPages},
		{"one that comes back much later", []remote.Page{page(t, 3, false, "", "a"), page(t, 3, false, "", "b"), page(t, 3, true, "", "a")}, source.WordPages},
	} {
		t.Run(tt.name, func(t *testing.T) {
			word := ""
			_, err := remote.Listing{Columns: []string{"id"}, Next: pages(tt.pages...)}.Pull(t.Context(), new(sourcetest.Recorder))
			if err != nil {
				word = source.AsFault(err).Word
			}
			if word != tt.word {
				t.Errorf("%v, want %q", err, tt.word)
			}
		})
	}
}

func TestWhatIsLeftOutOnPurposeIsNotMissed(t *testing.T) {
	var got sourcetest.Recorder
	report, err := remote.Listing{
		Columns: []string{"id", "blank", "gone"}, Key: "id", Next: pages(page(t, 3, true, "", "a", "b", "c")), Optional: map[string]bool{"blank": true},
		Cells: func(r remote.Record, columns, cells []string) ([]bool, bool) {
			cells[0], _ = r.Lookup("id")
			return []bool{true, false, false}, cells[0] != "b"
		},
	}.Pull(t.Context(), &got)
	want := source.Report{Seen: 2, Expected: 2, Layout: "id\nblank\ngone", Withheld: []string{"gone"}}
	if diff := cmp.Diff(want, report); diff != "" || err != nil {
		t.Errorf("report (-want +got), %v:\n%s", err, diff)
	}
}
