// Package bare is what rosterd is measured against: the program that somebody
// writes in an afternoon to send rosters. It reads the export, groups the
// people, sends each group and waits until it is done. It checks nothing and
// remembers nothing, so it drops whoever is missing from the file.
package bare

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	workers   = 8 // groups in flight, as rosterd has them
	pollEvery = time.Second
)

type member struct {
	ReferenceID string  `json:"reference_id"`
	FirstName   string  `json:"first_name"`
	LastName    string  `json:"last_name"`
	DateOfBirth string  `json:"date_of_birth"`
	Phone       string  `json:"phone"`
	Email       string  `json:"email,omitempty"`
	PlanID      string  `json:"plan_id"`
	Address     address `json:"address"`
}

type address struct {
	Line1   string `json:"address_line_1"`
	Line2   string `json:"address_line_2,omitempty"`
	City    string `json:"city"`
	State   string `json:"state"`
	ZIPCode string `json:"zipcode"`
}

// Run sends the people of the file to the API at base. The ids of groups are
// their names with prefix in front.
func Run(ctx context.Context, file, base, prefix string) error {
	groups, err := read(file)
	if err != nil {
		return err
	}
	queue := make(chan string)
	failed := make(chan error, workers)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for group := range queue {
				if err := deliver(ctx, base+"/v1/groups/"+prefix+group+"/members/sync", groups[group]); err != nil {
					failed <- fmt.Errorf("deliver group: %w", err)
					for range queue { // let the others go on
					}
				}
			}
		})
	}
	for group := range groups {
		queue <- group
	}
	close(queue)
	wait.Wait()
	close(failed)
	return <-failed
}

// read groups the people of the export by department.
func read(file string) (map[string][]member, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	header, err := rows.Read()
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, name := range header {
		at[name] = i
	}
	groups := map[string][]member{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return groups, nil
		}
		if err != nil {
			return nil, err
		}
		if row[at["status"]] != "active" {
			continue
		}
		born, err := time.Parse("01/02/2006", row[at["dob"]])
		if err != nil {
			return nil, errors.New("read birth date: not a date")
		}
		department := row[at["department"]]
		groups[department] = append(groups[department], member{
			ReferenceID: row[at["employee_id"]], FirstName: row[at["first_name"]], LastName: row[at["last_name"]],
			DateOfBirth: born.Format(time.DateOnly), Phone: digits(row[at["mobile"]]), Email: row[at["email"]], PlanID: row[at["plan_code"]],
			Address: address{
				Line1: row[at["street"]], Line2: row[at["street2"]], City: row[at["city"]],
				State: row[at["state"]], ZIPCode: row[at["zip"]],
			},
		})
	}
}

func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
}

// deliver sends one roster and looks every second until it is completed.
func deliver(ctx context.Context, url string, members []member) error {
	body, err := json.Marshal(map[string]any{"members": members})
	if err != nil {
		return err
	}
	var accepted struct {
		Data struct {
			RequestID string `json:"request_id"`
		} `json:"data"`
	}
	if err := call(ctx, http.MethodPost, url, body, &accepted); err != nil {
		return err
	}
	for {
		var status struct {
			Data struct {
				CompletedAt *time.Time `json:"completed_at"`
			} `json:"data"`
		}
		if err := call(ctx, http.MethodGet, url+"/"+accepted.Data.RequestID, nil, &status); err != nil {
			return err
		}
		if status.Data.CompletedAt != nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pollEvery):
		}
	}
}

func call(ctx context.Context, method, url string, body []byte, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("answer status %d", response.StatusCode)
	}
	return json.NewDecoder(response.Body).Decode(into)
}
