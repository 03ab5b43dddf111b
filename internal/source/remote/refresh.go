package remote

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/rosterd/rosterd/internal/durable"
	"github.com/rosterd/rosterd/internal/source"
)

// RefreshFile is the path of a file with a refresh token and nothing else. Services
// that rotate such tokens grant a new one with every use; it takes the place of
// the old one in the file, on the disk, before the access token that came with it
// is used: Gusto revokes the old one only then
// (https://docs.gusto.com/app-integrations/reference/refresh-access-token), so a
// crash at any point leaves a token that is good.
type RefreshFile string

// read returns the token.
func (f RefreshFile) read() (string, error) {
	return source.Secret{File: string(f)}.Read(nil)
}

// keep puts a token into the place of the one that is there, with its permissions.
func (f RefreshFile) keep(token string) error {
	if err := f.replace(token); err != nil {
		return &source.Fault{
			Word: source.WordSecret, Detail: "write the file of a refresh token, which has to be on a volume that rosterd may write to", Err: err,
		}
	}
	return nil
}

// replace has a temporary file of its own: another process may replace the token too.
func (f RefreshFile) replace(token string) (err error) {
	path, err := filepath.EvalSymlinks(string(f))
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(path), ".refresh-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(fresh.Name())
		}
	}()
	_, err = fresh.WriteString(strings.TrimSpace(token) + "\n")
	if err = errors.Join(err, fresh.Chmod(info.Mode().Perm()), fresh.Sync(), fresh.Close()); err != nil {
		return err
	}
	return durable.Move(fresh.Name(), path)
}
