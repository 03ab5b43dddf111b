package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/trust"
)

// Bucket is where a bucket is that speaks S3: Amazon's, Google's
// (https://storage.googleapis.com with an HMAC key), Cloudflare's, a MinIO. An
// Azure container has no such way; a signed https address reads from it.
type Bucket struct {
	Endpoint string `yaml:"endpoint" doc:"Where the buckets are: https://host."`
	Region   string `yaml:"region" doc:"The region of the bucket."`
	// AccessKey and SecretKey are read, and nothing written, with them. Without
	// them the role of the machine is used (EC2, ECS, EKS).
	AccessKey source.Secret `yaml:"access_key" doc:"The id of the key, {env: NAME} or {file: PATH}; without keys the role of the machine counts (EC2, ECS, EKS)."`
	SecretKey source.Secret `yaml:"secret_key" doc:"The key itself."`
}

func (c Bucket) faults(at address) []source.KeyFault {
	var faults []source.KeyFault
	if where, err := url.Parse(c.Endpoint); err != nil || where.Host == "" || where.User != nil || strings.Trim(where.Path, "/") != "" || !trust.Private(where) {
		faults = append(faults, source.KeyFault{Key: "s3.endpoint", Detail: "expected https://host"})
	}
	if c.AccessKey.IsZero() != c.SecretKey.IsZero() {
		faults = append(faults, source.KeyFault{Key: "s3.access_key", Detail: "access_key and secret_key go together"})
	}
	if isPattern(at.host) {
		faults = append(faults, source.KeyFault{Key: "path", Detail: "a bucket is no pattern"})
	}
	faults = append(faults, secretFault(c.AccessKey, "s3.access_key", false)...)
	return append(faults, secretFault(c.SecretKey, "s3.secret_key", false)...)
}

func (c Bucket) connect(at address, o source.Opening) (place, error) {
	where, err := url.Parse(c.Endpoint)
	if err != nil {
		return nil, source.Faultf(source.WordInternal, "the endpoint cannot be used")
	}
	shown, err := c.credentials(o.Getenv)
	if err != nil {
		return nil, err
	}
	transport, err := minio.DefaultTransport(where.Scheme == "https")
	if err != nil {
		return nil, &source.Fault{Word: source.WordUnreached, Detail: "prepare the connection", Err: err}
	}
	if o.Dial != nil {
		transport.DialContext = o.Dial
	}
	client, err := minio.New(where.Host, &minio.Options{
		Creds: shown, Secure: where.Scheme == "https", Region: c.Region, Transport: transport, MaxRetries: dials,
	})
	if err != nil {
		return nil, &source.Fault{Word: source.WordUnreached, Detail: "prepare the connection", Err: err}
	}
	return &bucket{client: client, name: at.host, transport: transport}, nil
}

func (c Bucket) credentials(getenv func(string) string) (*credentials.Credentials, error) {
	if c.AccessKey.IsZero() {
		return credentials.NewIAM(""), nil
	}
	id, err := c.AccessKey.Read(getenv)
	if err != nil {
		return nil, err
	}
	key, err := c.SecretKey.Read(getenv)
	return credentials.NewStaticV4(id, key, ""), err
}

// bucket is a place of objects, whose names are paths.
type bucket struct {
	client    *minio.Client
	name      string
	transport *http.Transport
}

func (b *bucket) look(ctx context.Context, path string) (File, error) {
	if isPattern(path) {
		return File{}, fs.ErrNotExist // HEAD may be forbidden for what is not there
	}
	object, err := b.client.StatObject(ctx, b.name, strings.TrimPrefix(path, "/"), minio.StatObjectOptions{})
	if err != nil {
		return File{}, b.trouble(ctx, "look at object", err)
	}
	return stored(object), nil
}

func stored(object minio.ObjectInfo) File {
	return File{Path: "/" + strings.TrimSuffix(object.Key, "/"), Size: object.Size, Modified: object.LastModified, version: object.ETag}
}

// list returns the objects right below a prefix, and the prefixes there, which
// are what directories are elsewhere.
func (b *bucket) list(ctx context.Context, below string, want func(string) bool) ([]File, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing where an error does
	prefix := strings.TrimPrefix(strings.TrimSuffix(below, "/")+"/", "/")
	var all []File
	for object := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: prefix}) {
		switch {
		case object.Err != nil:
			return nil, b.trouble(ctx, "list objects", object.Err)
		case object.Key == prefix || !want(path.Base(object.Key)):
			continue
		}
		file := stored(object)
		if strings.HasSuffix(object.Key, "/") {
			file.kind = directory
		}
		all = append(all, file)
	}
	return all, ctx.Err()
}

func (b *bucket) open(ctx context.Context, file File, offset int64) (io.ReadCloser, error) {
	options := minio.GetObjectOptions{}
	if err := options.SetMatchETag(file.version); err != nil {
		return nil, source.Faultf(source.WordFormat, "the bucket gives an object no version (ETag)")
	}
	if offset > 0 {
		if err := options.SetRange(offset, 0); err != nil {
			return nil, &source.Fault{Word: source.WordInternal, Detail: "ask for a part", Err: err}
		}
	}
	body, _, _, err := minio.Core{Client: b.client}.GetObject(ctx, b.name, strings.TrimPrefix(file.Path, "/"), options)
	if err != nil {
		return nil, b.trouble(ctx, "open object", err)
	}
	return contents{body}, nil
}

// contents are an object as it comes.
type contents struct{ io.ReadCloser }

// Read implements io.Reader.
func (c contents) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = source.Faultf(source.WordUnreached, "the object broke off: %s", trust.Told(err))
	}
	return n, err
}

// trouble says what the bucket's refusal means. Its own words may name the key.
func (b *bucket) trouble(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	answer := minio.ToErrorResponse(err)
	switch {
	case answer.Code == minio.NoSuchKey:
		return fs.ErrNotExist
	case answer.StatusCode == http.StatusPreconditionFailed:
		return source.Faultf(source.WordPartial, "the object was replaced meanwhile")
	case answer.StatusCode == http.StatusForbidden, answer.StatusCode == http.StatusUnauthorized:
		return source.Faultf(source.WordDenied, "%s: the bucket answers %d; the key needs s3:GetObject, and s3:ListBucket for a pattern", doing, answer.StatusCode)
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return source.Faultf(source.WordRedirect, "%s: the bucket is in another region, or at another endpoint", doing)
	case answer.StatusCode == http.StatusNotFound:
		return source.Faultf(source.WordMissing, "%s: there is no such bucket", doing)
	case answer.StatusCode > 0:
		return source.Faultf(source.WordService, "%s: the bucket answers %d", doing, answer.StatusCode)
	}
	return source.Faultf(source.WordUnreached, "%s: %s", doing, trust.Told(err))
}

func (*bucket) nature() nature { return nature{} }

func (b *bucket) close() error {
	b.transport.CloseIdleConnections()
	return nil
}
