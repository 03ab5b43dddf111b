package shard_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/shard"
)

func TestParse(t *testing.T) {
	for _, text := range []string{"0/1", "0/4", "3/4", "11/12"} {
		if s, err := shard.Parse(text); err != nil || s.String() != text {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "1", "4/4", "-1/4", "0/0", "0/-1", "1/4/", "1 /4", "01/4", "+1/4", "a/b", "/", "0x0/4"} {
		if s, err := shard.Parse(text); err == nil {
			t.Errorf("%q is %v", text, s)
		}
	}
}

// Every group has exactly one shard, each shard about as many, and one more shard takes
// groups for itself only.
func TestOwns(t *testing.T) {
	const groups = 4000
	for _, count := range []int{1, 2, 4, 7} {
		had := make([]int, count)
		for g := range groups {
			name := fmt.Sprintf("mol_seg_%03d", g)
			owners := 0
			for index := range count {
				if (shard.Shard{Index: index, Count: count}).Owns(name) {
					owners++
					had[index]++
				}
			}
			if owners != 1 {
				t.Fatalf("%s has %d owners of %d", name, owners, count)
			}
			if now := shard.Owner(name, count+1); now != count && now != shard.Owner(name, count) {
				t.Fatalf("%s goes from shard %d to %d of %d", name, shard.Owner(name, count), now, count+1)
			}
		}
		for index, n := range had {
			if fair := groups / count; n < fair*8/10 || n > fair*12/10 {
				t.Errorf("shard %d/%d has %d of %d groups", index, count, n, groups)
			}
		}
	}
}

// Where a group is must not change with a new version: it would be nobody's baseline.
func TestOwnersStayTheSame(t *testing.T) {
	want := map[string]int{"north": 2, "south": 0, "east": 1, "ops": 2}
	got := map[string]int{}
	for name := range want {
		got[name] = shard.Owner(name, 3)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What one publishes the others read, and nobody finds a reference_id of whoever is only
// covered in it.
func TestDir(t *testing.T) {
	path := filepath.Join(canary.Dir(t), "shards")
	one, other := shard.NewDir(path, shard.Shard{Index: 0, Count: 2}), shard.NewDir(path, shard.Shard{Index: 1, Count: 2})
	if notices, err := one.Others(); err != nil || len(notices) != 0 {
		t.Errorf("before anybody published: %v, %v", notices, err)
	}
	until := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	told := shard.Notice{
		Until: until, Has: shard.PeopleOf([]string{"E7", "E42", "E1", "E7"}), Doubtful: shard.PeopleOf([]string{"E7"}),
		Awaits: map[string]string{"M1": "north"}, Waits: true,
	}
	if err := other.Publish(told); err != nil {
		t.Fatal(err)
	}
	notices, err := one.Others()
	if err != nil || len(notices) != 1 {
		t.Fatalf("%v, %v", notices, err)
	}
	told.Shard = "1/2"
	if diff := cmp.Diff(told, notices[0]); diff != "" {
		t.Error(diff)
	}
	n := notices[0]
	for ref, want := range map[string][2]bool{"E1": {true, true}, "E7": {true, false}, "E42": {true, true}, "E2": {}, "": {}} {
		if got := [2]bool{n.Has.Have(ref), n.Covers(ref)}; got != want {
			t.Errorf("%s: has and covers are %v", ref, got)
		}
	}
	if n.Busy(until.Add(-time.Second)) {
		t.Error("a run that waits is taken for busy")
	}
	n.Waits = false
	if !n.Busy(until.Add(-time.Second)) || n.Busy(until) {
		t.Error("whether it is busy is not told")
	}
	if !n.Is(1) || n.Is(0) || !n.Live(until.Add(-time.Second)) || n.Live(until) {
		t.Error("whose it is, or how long, is not told")
	}
	if mine, err := other.Others(); err != nil || len(mine) != 0 {
		t.Errorf("a shard reads its own: %v, %v", mine, err)
	}
	text, err := os.ReadFile(filepath.Join(path, "shard-1-of-2.json"))
	if err != nil || strings.Contains(string(text), "E42") {
		t.Errorf("the file tells who is covered: %v", err)
	}
	left, err := os.ReadDir(path)
	if err != nil || len(left) != 1 {
		t.Errorf("files are left over: %v, %v", left, err)
	}
}

// A clock that is ahead says for long that a run is at work that was killed.
func TestNoticeOfAClockThatIsAhead(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]bool{
		-time.Second: false, 0: false, time.Second: true, shard.Presence: true, 2 * shard.Presence: true,
		2*shard.Presence + time.Second: false, time.Hour: false,
	} {
		n := shard.Notice{Until: now.Add(after)}
		if n.Live(now) != want || n.Busy(now) != want || n.Ahead(now) != (after > 2*shard.Presence) {
			t.Errorf("until %s from now: live %v, busy %v, ahead %v", after, n.Live(now), n.Busy(now), n.Ahead(now))
		}
	}
}

// What was told before the groups were divided in another way may still be so, and is not
// for certain; what is told after it counts again.
func TestNoticesFromBeforeTheDivision(t *testing.T) {
	path := filepath.Join(canary.Dir(t), "shards")
	one, other := shard.NewDir(path, shard.Shard{Index: 0, Count: 2}), shard.NewDir(path, shard.Shard{Index: 1, Count: 2})
	until := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	told := shard.Notice{Until: until, Has: shard.PeopleOf([]string{"E1"}), Awaits: map[string]string{"M1": "north"}}
	at := func(file string, minute int) {
		t.Helper()
		when := until.Add(time.Duration(minute) * time.Minute)
		if err := os.Chtimes(filepath.Join(path, file), when, when); err != nil {
			t.Fatal(err)
		}
	}
	third := shard.NewDir(path, shard.Shard{Index: 2, Count: 3})
	for _, err := range []error{other.Publish(told), third.Publish(shard.Notice{})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for minute, certain := range map[int]bool{1: false, 3: true} {
		at("shard-1-of-2.json", minute)
		at("shard-2-of-3.json", 2)
		notices, err := one.Others()
		if err != nil || len(notices) != 1 {
			t.Fatalf("%v, %v", notices, err)
		}
		n := notices[0]
		if !n.Has.Have("E1") || n.Covers("E1") != certain || n.Live(until.Add(-time.Second)) != certain || (len(n.Awaits) > 0) != certain {
			t.Errorf("told in minute %d: %+v", minute, n)
		}
	}
}

// Whatever is wrong with a notice, it is an error that names the file.
func TestDirWithSomethingElse(t *testing.T) {
	whole, err := json.Marshal(shard.Notice{Shard: "1/2", Has: shard.PeopleOf([]string{"E1", "E2"})})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing": "", "half": string(whole[:len(whole)/2]), "another shard's": strings.Replace(string(whole), "1/2", "0/2", 1),
		"people that are none": `{"shard":"1/2","has":"!"}`, "half a person": `{"shard":"1/2","has":"AAAA"}`,
		"people out of order": `{"shard":"1/2","has":"AAAAAAAAAAIAAAAAAAAAAQ=="}`, "a number": `{"shard":"1/2","has":7}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := canary.Dir(t)
			if err := os.WriteFile(filepath.Join(dir, "shard-1-of-2.json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := shard.NewDir(dir, shard.Shard{Index: 0, Count: 2}).Others(); err == nil || !strings.Contains(err.Error(), "shard-1-of-2.json") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// Where a notice cannot be written, the run learns of it.
func TestDirThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(canary.Dir(t), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := shard.NewDir(filepath.Join(file, "shards"), shard.Shard{Index: 0, Count: 2}).Publish(shard.Notice{}); err == nil {
		t.Error("it is said to be published")
	}
}
