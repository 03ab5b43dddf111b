package csv_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/csv"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// onDisk is a file of a test, so many hours old. Its only record is its name.
type onDisk struct {
	name string
	age  int
	open bool // it lacks the final newline
}

// directory makes the files and returns where they are.
func directory(t *testing.T, files ...onDisk) string {
	t.Helper()
	made := canary.Input(t)
	now := time.Now().Truncate(time.Second)
	for _, file := range files {
		text := "id\n" + file.name + "\n"
		if file.open {
			text = text[:len(text)-1]
		}
		write(t, made, file.name, text, now.Add(-time.Duration(file.age)*time.Hour))
	}
	return made
}

func TestPatternTakesTheNewestCompleteFile(t *testing.T) {
	for _, test := range []struct {
		name    string
		pattern string
		change  func(*csv.Config)
		files   []onDisk
		want    string
	}{
		{"one file", "*.csv", nil, []onDisk{{"a.csv", 1, false}}, "a.csv"},
		{"the newest by time, not by name", "*.csv", nil, []onDisk{{"a.csv", 1, false}, {"b.csv", 2, false}}, "a.csv"},
		{"of equal times the last name", "*.csv", nil, []onDisk{{"a.csv", 1, false}, {"c.csv", 1, false}, {"b.csv", 1, false}}, "c.csv"},
		{"what does not match is not looked at", "census-*.csv", nil, []onDisk{{"other.csv", 1, false}, {"census-1.csv", 2, false}}, "census-1.csv"},
		{"unfinished names are passed over", "*", nil, []onDisk{
			{"f.csv", 9, false}, {"a.csv.part", 1, false}, {"b.TMP", 2, false}, {"c.csv.filepart", 3, false}, {"d.crdownload", 4, false}, {"e.partial", 5, false},
		}, "f.csv"},
		{"hidden files are passed over", "*", nil, []onDisk{{".a.csv.Xy12", 1, false}, {"b.csv", 2, false}}, "b.csv"},
		{"hidden files that are asked for are not", ".a*", nil, []onDisk{{".a.csv", 1, false}}, ".a.csv"},
		{"without its sidecar it does not count", "*.csv", func(c *csv.Config) { c.Sidecar = ".done" }, []onDisk{{"a.csv", 1, false}, {"b.csv", 3, false}, {"b.csv.done", 2, false}}, "b.csv"},
		{"a sidecar is no roster", "*", func(c *csv.Config) { c.Sidecar = ".done" }, []onDisk{{"b.csv", 3, false}, {"b.csv.done", 2, false}}, "b.csv"},
		{"a sidecar older than its file does not count", "*.csv", func(c *csv.Config) { c.Sidecar = ".done" }, []onDisk{{"a.csv", 1, false}, {"a.csv.done", 2, false}, {"b.csv", 4, false}, {"b.csv.done", 4, false}}, "b.csv"},
		{"no final newline where another has one", "*.csv", nil, []onDisk{{"a.csv", 1, true}, {"b.csv", 2, true}, {"c.csv", 3, false}}, "c.csv"},
		{"no final newline where no other has one", "*.csv", nil, []onDisk{{"a.csv", 1, true}, {"b.csv", 2, true}}, "a.csv"},
		{"a final newline of an unfinished file says nothing", "*", nil, []onDisk{{"a.csv", 1, true}, {"b.csv.part", 2, false}}, "a.csv"},
		{"a final newline of a file without its sidecar says nothing", "*.csv", func(c *csv.Config) { c.Sidecar = ".done" }, []onDisk{{"a.csv", 2, true}, {"a.csv.done", 1, false}, {"b.csv", 3, false}}, "a.csv"},
		{"no final newline where it is optional", "*.csv", func(c *csv.Config) { c.FinalNewline = "optional" }, []onDisk{{"a.csv", 1, true}, {"b.csv", 2, false}}, "a.csv"},
		{"no final newline where it is required", "*.csv", func(c *csv.Config) { c.FinalNewline = "required" }, []onDisk{{"a.csv", 1, true}, {"b.csv", 2, false}}, "b.csv"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := settings(filepath.Join(directory(t, test.files...), test.pattern))
			if test.change != nil {
				test.change(config)
			}
			got, _, err := drain(t, open(t, config))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{{test.want}}, got.Records); diff != "" {
				t.Errorf("the record that names the file (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPatternPassesOverWhatIsNoFile(t *testing.T) {
	made := directory(t, onDisk{"b.csv", 5, false})
	for _, err := range []error{
		os.Mkdir(filepath.Join(made, "a.csv"), 0o700),
		syscall.Mkfifo(filepath.Join(made, "c.csv"), 0o600),
		os.Symlink(filepath.Join(made, "nowhere"), filepath.Join(made, "d.csv")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, _, err := drain(t, open(t, settings(filepath.Join(made, "*.csv"))))
	if err != nil || got.Records[0][0] != "b.csv" {
		t.Errorf("read %v, %v", got.Records, err)
	}
}

func TestPatternForDirectories(t *testing.T) {
	made := canary.Input(t)
	for _, client := range []string{"acme", "zenith"} {
		if err := os.Mkdir(filepath.Join(made, client), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, made, "a-file", "", yesterday())
	write(t, filepath.Join(made, "acme"), "census.csv", "id\nold\n", yesterday().Add(-time.Hour))
	write(t, filepath.Join(made, "zenith"), "census.csv", "id\nnew\n", yesterday())
	got, _, err := drain(t, open(t, settings(filepath.Join(made, "*", "census.csv"))))
	if err != nil || got.Records[0][0] != "new" {
		t.Errorf("read %v, %v", got.Records, err)
	}
}

func TestPatternChoosesAnewAtEachPull(t *testing.T) {
	made := directory(t, onDisk{"a.csv", 2, false})
	opened := open(t, settings(filepath.Join(made, "*.csv")))
	first, _, err1 := drain(t, opened)
	write(t, made, "b.csv", "id\nb.csv\n", time.Now().Add(-time.Hour))
	second, _, err2 := drain(t, opened)
	if err1 != nil || err2 != nil || first.Records[0][0] != "a.csv" || second.Records[0][0] != "b.csv" {
		t.Errorf("read %v, then %v (%v, %v)", first.Records, second.Records, err1, err2)
	}
}

func TestNameThatLooksLikeAPattern(t *testing.T) {
	made := directory(t, onDisk{"census[1].csv", 2, false}, onDisk{"census1.csv", 1, false})
	got, _, err := drain(t, open(t, settings(filepath.Join(made, "census[1].csv"))))
	if err != nil || got.Records[0][0] != "census[1].csv" {
		t.Errorf("read %v, %v", got.Records, err)
	}
}

func TestFileBehindASymbolicLink(t *testing.T) {
	made := directory(t, onDisk{"a.csv", 2, false})
	link := filepath.Join(made, "link.csv")
	if err := os.Symlink("a.csv", link); err != nil {
		t.Fatal(err)
	}
	got, _, err := drain(t, open(t, settings(link)))
	if err != nil || got.Records[0][0] != "a.csv" {
		t.Errorf("read %v, %v", got.Records, err)
	}
}

func TestPathsThatFailThePull(t *testing.T) {
	for _, test := range []struct {
		name   string
		path   string // below a directory with these files
		change func(*csv.Config)
		files  []onDisk
		word   string
		detail string
	}{
		{"no such file", "a.csv", nil, nil, source.WordMissing, "no such file"},
		{"nothing matches", "a*.csv", nil, []onDisk{{"b.csv", 1, false}}, source.WordMissing, "a*.csv"},
		{"no such directory", "x/a*.csv", nil, nil, source.WordMissing, "a*.csv"},
		{"a file where a directory should be", "b.csv/a.csv", nil, []onDisk{{"b.csv", 1, false}}, source.WordUnreadable, "a.csv"},
		{"a pattern below a file", "b.csv/a*.csv", nil, []onDisk{{"b.csv", 1, false}}, source.WordUnreadable, "list directory"},
		{"a directory", ".", nil, nil, source.WordUnreadable, "is a directory"},
		{"an unfinished name", "a.csv.PART", nil, []onDisk{{"a.csv.PART", 1, false}}, source.WordPartial, "a.csv.PART is named like an unfinished upload"},
		{"no sidecar", "a.csv", func(c *csv.Config) { c.Sidecar = ".done" }, []onDisk{{"a.csv", 1, false}}, source.WordPartial, "a.csv has no .done file"},
		{"an old sidecar", "a.csv", func(c *csv.Config) { c.Sidecar = ".done" }, []onDisk{{"a.csv", 1, false}, {"a.csv.done", 2, false}}, source.WordPartial, "a.csv is newer than its .done file"},
		{"no complete file matches", "*", nil, []onDisk{{"a.csv.tmp", 1, false}, {"b.csv.part", 2, false}}, source.WordPartial, "2 files match"},
		{"no closed file matches", "*", func(c *csv.Config) { c.FinalNewline = "required" }, []onDisk{{"a.csv", 1, true}}, source.WordTruncated, "of the newest: a.csv does not end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := settings(filepath.Join(directory(t, test.files...), test.path))
			if test.change != nil {
				test.change(config)
			}
			_, _, err := drain(t, open(t, config))
			wantFault(t, err, test.word, test.detail)
		})
	}
}

// TestPipe must not wait for somebody who writes into it.
func TestPipe(t *testing.T) {
	path := filepath.Join(canary.Input(t), "census.csv")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := drain(t, open(t, settings(path)))
	wantFault(t, err, source.WordUnreadable, "no regular file")
}

func TestFileThatMayNotBeRead(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	made := directory(t, onDisk{"a.csv", 1, false}, onDisk{"b.csv", 2, false})
	if err := os.Chmod(filepath.Join(made, "a.csv"), 0); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"a.csv", "*.csv"} {
		_, _, err := drain(t, open(t, settings(filepath.Join(made, path))))
		wantFault(t, err, source.WordUnreadable, "a.csv")
	}
}

func TestYoungFileIsWatched(t *testing.T) {
	for _, test := range []struct {
		name   string
		age    time.Duration
		waited time.Duration
	}{
		{"just written", 0, 4 * time.Second},
		{"written a while ago", 3 * time.Second, time.Second},
		{"exactly old enough", 4 * time.Second, 0},
		{"old", time.Hour, 0},
		{"written in the future", -time.Hour, 4 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			made := canary.Input(t)
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				config := settings(write(t, made, "census.csv", "id\n1\n", begin.Add(-test.age)))
				config.StableFor = 4 * time.Second
				if _, _, err := drain(t, open(t, config)); err != nil {
					t.Fatal(err)
				}
				if waited := time.Since(begin); waited != test.waited {
					t.Errorf("waited %s, want %s", waited, test.waited)
				}
			})
		})
	}
}

func TestYoungFileThatChangesIsPartial(t *testing.T) {
	for _, test := range []struct {
		name   string
		path   string
		change func(path string) error
		want   string // the record that is read; "" for a fault
	}{
		{"it grows", "b.csv", func(path string) error { return appendTo(path, "2\n") }, ""},
		{"it is replaced", "b.csv", func(path string) error {
			return errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, nil, 0o600))
		}, ""},
		{"it goes", "b.csv", os.Remove, ""},
		{"another one beside it grows", "b.csv", func(path string) error { return appendTo(filepath.Dir(path)+"/a.csv", "2\n") }, "b.csv"},
		{"it grows and an older one is whole", "*.csv", func(path string) error { return appendTo(path, "2\n") }, "a.csv"},
	} {
		t.Run(test.name, func(t *testing.T) {
			made := canary.Input(t)
			synctest.Test(t, func(t *testing.T) {
				write(t, made, "a.csv", "id\na.csv\n", time.Now().Add(-time.Hour))
				young := write(t, made, "b.csv", "id\nb.csv\n", time.Now())
				time.AfterFunc(500*time.Millisecond, func() {
					if err := test.change(young); err != nil {
						t.Error(err)
					}
				})
				got, _, err := drain(t, open(t, settings(filepath.Join(made, test.path))))
				if test.want == "" {
					wantFault(t, err, source.WordPartial, "meanwhile")
				} else if err != nil || got.Records[0][0] != test.want {
					t.Errorf("read %v, %v, want %s", got.Records, err, test.want)
				}
			})
		})
	}
}

func TestWatchingStopsWhenCancelled(t *testing.T) {
	for _, name := range []string{"census.csv", "*.csv"} {
		t.Run(name, func(t *testing.T) {
			made := canary.Input(t)
			synctest.Test(t, func(t *testing.T) {
				write(t, made, "census.csv", "id\n1\n", time.Now())
				config := settings(filepath.Join(made, name))
				config.StableFor = time.Hour
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				begin := time.Now()
				_, err := open(t, config).Pull(ctx, &sourcetest.Recorder{})
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
					t.Errorf("Pull returned %v after %s", err, time.Since(begin))
				}
			})
		})
	}
}
