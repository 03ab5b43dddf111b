package exec

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// The formats of what a program prints.
const (
	formatNDJSON = "ndjson"
	formatSinger = "singer"
)

// Config is the settings of one source of this type.
type Config struct {
	// Command is the program, and Args what it is told. No shell reads them.
	Command string   `yaml:"command" required:"true" min:"1" doc:"The program: a path, or a name that is looked for in PATH. No shell is in between."`
	Args    []string `yaml:"args" doc:"What the program is told, one word each; no credentials here."`
	Dir     string   `yaml:"dir" doc:"The directory that it works in; empty: rosterd's own."`
	// Env is what the program's environment has beside PATH, HOME, TZ and LANG.
	Env map[string]source.Secret `yaml:"env" doc:"Variables for the program, beside PATH, HOME, TZ and LANG: NAME: {env: NAME} or {file: PATH}."`
	// Format is ndjson or singer.
	Format string `yaml:"format" enum:"ndjson,singer" doc:"ndjson: an object on each line; singer: the messages of a Singer tap."`
	Stream string `yaml:"stream" doc:"Which stream of a tap has the people."`
	// Timeout is for the whole run of the program.
	Timeout time.Duration `yaml:"timeout" min:"1s" max:"24h" doc:"For the whole run of the program."`
	// MaxOutput is how many bytes the program may print.
	MaxOutput int `yaml:"max_output" min:"1" doc:"How many bytes the program may print."`
	// Optional are columns that the program leaves out where they are blank.
	Optional []string `yaml:"optional" doc:"Columns that need not come, because the program leaves blanks out."`
}

// Type is the row for exec in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "exec", About: "a program that prints NDJSON, or a Singer tap",
		New: func() source.Settings {
			return &Config{Format: formatNDJSON, Timeout: 10 * time.Minute, MaxOutput: 1 << 30}
		},
	}
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	var faults []source.KeyFault
	wrong := func(bad bool, key, detail string) {
		if bad {
			faults = append(faults, source.KeyFault{Key: key, Detail: detail})
		}
	}
	wrong(strings.TrimSpace(c.Command) == "", "command", "name a program")
	wrong(c.Format != formatNDJSON && c.Format != formatSinger, "format", "use ndjson or singer")
	wrong((c.Format == formatSinger) != (c.Stream != ""), "stream", "singer needs the name of the stream, and ndjson has none")
	wrong(c.Format == formatSinger && slices.ContainsFunc(c.Args, isState), "args",
		"a tap with a state prints only what changed since; everybody else would be missing")
	for name, secret := range c.Env {
		wrong(name == "" || strings.ContainsAny(name, "=\x00"), "env", "a variable has a name without =")
		wrong(secret.Fault() != "", "env."+name, secret.Fault())
	}
	return faults
}

// isState reports the argument that gives a tap its state. Taps read theirs with
// argparse, which takes -s with its value right behind it or after -d, and the
// begin of a long option for the whole.
func isState(arg string) bool {
	name, _, _ := strings.Cut(arg, "=")
	long := len(name) > len("--") && strings.HasPrefix("--state", name)
	return long || strings.HasPrefix(arg, "-s") || strings.HasPrefix(arg, "-ds")
}

// Open implements source.Settings. Nothing is started yet.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	var wrong []error
	for _, fault := range c.Faults() {
		wrong = append(wrong, errors.New(fault.Key+": "+fault.Detail))
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return &program{config: *c, opening: o}, nil
}
