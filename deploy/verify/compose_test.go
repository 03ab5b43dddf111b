package verify_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
)

// The file is what `docker compose` takes, and the files that it mounts are there.
func TestCompose(t *testing.T) {
	options, err := cli.NewProjectOptions([]string{"../compose.yaml"}, cli.WithConsistency(true))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	example := read(t, "../../config/example.env")
	for name, service := range project.Services {
		for _, volume := range service.Volumes {
			if volume.Type != "bind" || theirs(volume.Source) {
				continue
			}
			if _, err := os.Stat(volume.Source); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s is open to everybody at port %s", name, port.Published)
			}
		}
		for variable := range service.Environment {
			if name == "rosterd" && !isKnown(example, variable) {
				t.Errorf("rosterd does not know %s", variable)
			}
		}
	}
	for _, name := range []string{"rosterd", "prometheus", "alertmanager", "grafana"} {
		if _, there := project.Services[name]; !there {
			t.Errorf("%s is not there", name)
		}
	}
}

// theirs reports whether a mounted file is the one that the user makes.
func theirs(path string) bool {
	return filepath.Base(path) == "rosterd.yaml" || filepath.Base(path) == "exports"
}
