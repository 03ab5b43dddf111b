package bare_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/bench/bare"
	"github.com/rosterd/rosterd/internal/bench/census"
	"github.com/rosterd/rosterd/internal/bench/sink"
	"github.com/rosterd/rosterd/internal/canary"
)

func TestEverybodyIsSentAndEveryRequestIsSeenToItsEnd(t *testing.T) {
	server := httptest.NewServer(sink.New(7))
	defer server.Close()
	path := filepath.Join(canary.Input(t), "census.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := (census.Census{People: 210, Groups: 7}).Write(file); err != nil {
		t.Fatal(err)
	}
	if err := bare.Run(t.Context(), path, server.URL, "grp_"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(server.URL + sink.CountsPath)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got sink.Counts
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sink.Counts{Rosters: 7, Members: 210, Polls: 7}, got); diff != "" {
		t.Errorf("the sink saw (-want +got):\n%s", diff)
	}
}

func TestAFailureOfTheServerIsTold(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	path := filepath.Join(canary.Input(t), "census.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := (census.Census{People: 10, Groups: 2}).Write(file); err != nil {
		t.Fatal(err)
	}
	if err := bare.Run(t.Context(), path, server.URL, "grp_"); err == nil {
		t.Error("no error")
	}
}
