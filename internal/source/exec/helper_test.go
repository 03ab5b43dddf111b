package exec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
)

// helper is the argument by which the test binary is the program.
const helper = "program-for-exec"

// help does what its words say, one after the other, and returns the exit code:
//
//	| word      | what                                                          |
//	| --------- | ------------------------------------------------------------- |
//	| print F   | prints a file                                                 |
//	| complain  | writes two lines with somebody's data to stderr               |
//	| env       | prints the environment as one object                          |
//	| flood     | prints lines for ever                                         |
//	| endless   | prints one line for ever                                      |
//	| deaf      | does not mind SIGTERM from now on                             |
//	| hold F    | locks a file for as long as it lives                          |
//	| child … / | starts itself with these words, and does not wait             |
//	| stay      | stays                                                         |
//	| exit N    | ends with an exit code                                        |
//	| die       | ends by a signal                                              |
func help(words []string) int {
	next := func() string {
		word := words[0]
		words = words[1:]
		return word
	}
	for len(words) > 0 {
		switch word := next(); word {
		case "print":
			text, err := os.ReadFile(next())
			if err != nil {
				return 99
			}
			_, _ = os.Stdout.Write(text)
		case "complain":
			fmt.Fprintf(os.Stderr, "%s is unknown\n%s too\n", canary.FamilyName, canary.GivenName)
		case "env":
			_ = json.NewEncoder(os.Stdout).Encode(map[string][]string{"id": os.Environ()}) // who reads it misses it
		case "flood":
			for {
				fmt.Println(`{"id": "1"}`)
			}
		case "endless":
			_, _ = io.Copy(os.Stdout, endless{})
		case "deaf":
			signal.Ignore(syscall.SIGTERM)
		case "hold":
			if lock(next()) != nil {
				return 98
			}
		case "child":
			end := slices.Index(words, "/")
			child := exec.Command(os.Args[0], append([]string{helper}, words[:end]...)...)
			child.Stdout, child.Stderr, words = os.Stdout, os.Stderr, words[end+1:]
			if child.Start() != nil {
				return 97
			}
		case "stay":
			<-time.After(time.Hour)
		case "exit":
			code, _ := strconv.Atoi(next())
			return code
		case "die":
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}
	return 0
}

// endless is a text without an end and without lines.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte("x"), len(p))), nil }

// lock locks a file and waits until it can. The lock lasts as long as the process.
func lock(path string) error {
	fd, err := syscall.Open(path, syscall.O_CREAT|syscall.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return syscall.Flock(fd, syscall.LOCK_EX)
}
