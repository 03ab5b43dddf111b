package canary_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
)

const itself = "internal/canary"

// Every test package of the repository is watched, and lets nothing be written
// past this package.
func TestNoTestForgetsTheRule(t *testing.T) {
	repository := os.DirFS("../..")
	if _, err := fs.Stat(repository, "go.mod"); err != nil {
		t.Fatal(err)
	}
	for _, breach := range breaches(t, repository) {
		t.Error(breach)
	}
}

// forbidden are the ways past this package, and what a test does instead.
func forbidden() map[string]string {
	return map[string]string{
		"os.MkdirTemp":                         "canary.Dir",
		"os.CreateTemp":                        "canary.Dir",
		"os.TempDir":                           "canary.Dir",
		"io.Discard":                           "canary.Output",
		"net/http/httptest.NewRecorder":        "canary.Recorder",
		"go.uber.org/zap.NewNop":               "canary.Log",
		"go.uber.org/zap.NewExample":           "canary.Log",
		"go.uber.org/zap.NewDevelopment":       "canary.Log",
		"go.uber.org/zap.NewProduction":        "canary.Log",
		"go.uber.org/zap/zaptest.NewLogger":    "canary.Log",
		"go.uber.org/zap/zaptest/observer.New": "canary.Log",
		"github.com/prometheus/client_golang/prometheus.NewRegistry":         "canary.Registry",
		"github.com/prometheus/client_golang/prometheus.NewPedanticRegistry": "canary.Registry",
	}
}

// breaches are what breaks the rule in a repository, by file.
func breaches(t *testing.T, repository fs.FS) (found []string) {
	t.Helper()
	watched := map[string]bool{} // directories with tests, and whether they are watched
	err := fs.WalkDir(repository, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != "." && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") || isModule(repository, name)) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(repository, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		watched[dir] = watched[dir] || isWatched(file)
		if dir != itself {
			for _, way := range append(waysPast(file), strangers(file)...) {
				found = append(found, name+": "+way)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, is := range watched {
		if !is {
			found = append(found, dir+": no TestMain that calls canary.Main or canary.Watched")
		}
	}
	slices.Sort(found)
	return found
}

// isModule reports whether a directory is a module of its own, which runs nothing of ours.
func isModule(repository fs.FS, dir string) bool {
	_, err := fs.Stat(repository, path.Join(dir, "go.mod"))
	return err == nil
}

// isWatched reports whether a file has a TestMain that hands its tests over.
func isWatched(file *ast.File) (is bool) {
	imports := importsOf(file)
	for _, declared := range file.Decls {
		f, ok := declared.(*ast.FuncDecl)
		if !ok || f.Name.Name != "TestMain" || f.Recv != nil {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				name := nameOf(s, imports)
				is = is || name == "github.com/rosterd/rosterd/internal/canary.Main" || name == "github.com/rosterd/rosterd/internal/canary.Watched"
			}
			return true
		})
	}
	return is
}

// waysPast are the uses of what is forbidden, once each.
func waysPast(file *ast.File) (found []string) {
	imports := importsOf(file)
	harmless := map[ast.Expr]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 {
			// To read something to its end tells nobody anything.
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && nameOf(f, imports) == "io.Copy" {
				harmless[call.Args[0]] = true
			}
		}
		s, ok := n.(*ast.SelectorExpr)
		if !ok || harmless[s] {
			return true
		}
		name := nameOf(s, imports)
		instead := forbidden()[name]
		if s.Sel.Name == "TempDir" {
			instead = "canary.Dir or canary.Input"
		}
		if told := path.Base(name) + ": use " + instead; instead != "" && !slices.Contains(found, told) {
			found = append(found, told)
		}
		return true
	})
	return found
}

// strangers are the people of a file who have nothing of a canary, so that no
// search would see them.
func strangers(file *ast.File) (found []string) {
	imports := importsOf(file)
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.CompositeLit); ok && isPerson(literal) && !hasCanary(literal, imports) {
			found = append(found, "a person of no canary family: use the values of canary")
		}
		return true
	})
	return slices.Compact(found)
}

// isPerson reports a literal that spells out a field of a person.
func isPerson(literal *ast.CompositeLit) bool {
	return slices.ContainsFunc(literal.Elts, func(element ast.Expr) bool {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			return false
		}
		name := ""
		switch key := pair.Key.(type) {
		case *ast.Ident:
			name = key.Name
		case *ast.BasicLit:
			name = strings.Trim(key.Value, `"`)
		}
		value, spelled := pair.Value.(*ast.BasicLit)
		switch name {
		case "FirstName", "LastName", "Phone", "Email", "first_name", "last_name", "phone", "email":
			return spelled && value.Kind == token.STRING && value.Value != `""`
		}
		return false
	})
}

func hasCanary(literal *ast.CompositeLit, imports map[string]string) (has bool) {
	ast.Inspect(literal, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			has = has || strings.HasPrefix(nameOf(n, imports), "github.com/rosterd/rosterd/internal/canary.")
		case *ast.BasicLit:
			has = has || len(canary.Find("", []byte(n.Value))) > 0
		}
		return true
	})
	return has
}

// importsOf are the import paths of a file by the names that they have in it.
func importsOf(file *ast.File) map[string]string {
	found := map[string]string{}
	for _, i := range file.Imports {
		from := strings.Trim(i.Path.Value, `"`)
		name := path.Base(from)
		if i.Name != nil {
			name = i.Name.Name
		}
		found[name] = from
	}
	return found
}

// nameOf is a selector with the import path of its package.
func nameOf(s *ast.SelectorExpr, imports map[string]string) string {
	if x, ok := s.X.(*ast.Ident); ok {
		if from, ok := imports[x.Name]; ok {
			return from + "." + s.Sel.Name
		}
		return x.Name + "." + s.Sel.Name
	}
	return s.Sel.Name
}

func TestRule(t *testing.T) {
	const (
		head = "package x_test\nimport (\n\"testing\"\n\"os\"\n\"io\"\nlog \"go.uber.org/zap\"\n\"github.com/rosterd/rosterd/internal/canary\"\n)\n"
		main = head + "func TestMain(m *testing.M) { canary.Main(m) }\n"
	)
	for _, test := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"a package that keeps to it", map[string]string{
			"x/main_test.go": main, "x/x_test.go": head + "func TestX(t *testing.T) { io.Copy(io.Discard, r); canary.Dir(t) }",
			"x/x.go": "package x\nfunc x() { os.MkdirTemp(``, ``) }", "x/testdata/y_test.go": head + "func TestX(t *testing.T) { t.TempDir() }",
		}, nil},
		{"a TestMain with more to do", map[string]string{"x/x_test.go": head + "func TestMain(m *testing.M) { other.Main(canary.Watched(m)) }"}, nil},
		{"no TestMain", map[string]string{"x/x_test.go": head}, []string{"x: no TestMain that calls canary.Main or canary.Watched"}},
		{"another TestMain", map[string]string{"x/x_test.go": head + "func TestMain(m *testing.M) { m.Run() }"}, []string{
			"x: no TestMain that calls canary.Main or canary.Watched",
		}},
		{"a Main of another name", map[string]string{"x/x_test.go": head + "func TestOther(m *testing.M) { canary.Main(m) }"}, []string{
			"x: no TestMain that calls canary.Main or canary.Watched",
		}},
		{"ways past it", map[string]string{
			"x/main_test.go": main,
			"x/x_test.go":    head + "func TestX(t *testing.T) { t.TempDir(); os.MkdirTemp(``, ``); w := io.Discard; log.NewNop(); io.Copy(w, io.Discard) }",
		}, []string{
			"x/x_test.go: io.Discard: use canary.Output", "x/x_test.go: os.MkdirTemp: use canary.Dir",
			"x/x_test.go: t.TempDir: use canary.Dir or canary.Input", "x/x_test.go: zap.NewNop: use canary.Log",
		}},
		{"people", map[string]string{
			"x/main_test.go": main,
			"x/x_test.go": head + "var a = Member{FirstName: canary.GivenName, LastName: `Öst`}\nvar b = Member{Phone: \"202-555-0143\"}\n" +
				"var c = Member{FirstName: first, Email: \"\"}\nvar d = map[string]string{\"first_name\": \"Canaria\"}",
			"y/main_test.go": main, "y/y_test.go": head + "var a = Member{FirstName: \"Ann\", Address: Address{City: \"Bern\"}}",
			"z/main_test.go": main, "z/z_test.go": head + "var a = map[string]string{\"phone\": \"2125551212\"}",
		}, []string{
			"y/y_test.go: a person of no canary family: use the values of canary", "z/z_test.go: a person of no canary family: use the values of canary",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			repository := fstest.MapFS{}
			for name, text := range test.files {
				repository[name] = &fstest.MapFile{Data: []byte(text)}
			}
			if diff := cmp.Diff(test.want, breaches(t, repository)); diff != "" {
				t.Errorf("breaches (-want +got):\n%s", diff)
			}
		})
	}
}
