package files_test

import (
	"crypto/md5" //nolint:gosec // what an ETag is made of
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
)

// A bucket that is none may send anything, and none of it is repeated.
func TestBucketThatIsNone(t *testing.T) {
	const row = "E-17," + canary.FamilyName + "," + canary.BirthDate + "," + canary.Phone
	for _, test := range []struct {
		name   string
		path   string
		method string // what is answered so
		text   string
		detail string
	}{
		{"an answer", "/a.csv", http.MethodHead, row + "\r\n\r\n", "look at object"},
		{"a header", "/*.csv", http.MethodGet, "HTTP/1.1 200 OK\r\n" + row + "\r\n\r\n", "list objects"},
		{"a list", "/*.csv", http.MethodGet, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<a><" + row + "></b>", "list objects"},
		{"what comes after an object", "/a.csv", http.MethodGet, "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nLast-Modified: Mon, 02 Mar 2026 06:00:00 GMT\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + row + "\r\n\r\n", "broke off"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // minio waits between its tries
			real := &fakeBucket{objects: []object{{"a.csv", census, 1}}}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != test.method {
					real.ServeHTTP(w, r)
					return
				}
				conn, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					_, _ = conn.Write([]byte(test.text))
					_ = conn.Close()
				}
			}))
			defer server.Close()
			config, o := real.start(t)
			config.Path, config.S3.Endpoint = config.Path+test.path, server.URL
			_, _, err := read(t, config, o)
			wantFault(t, err, source.WordUnreached, test.detail)
		})
	}
}

// fakeBucket speaks as much of S3 as reading takes: ListObjectsV2 two at a time,
// HEAD and GET with If-Match and Range
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
type fakeBucket struct {
	objects  []object
	forbid   string // a method that is answered with 403
	replaced bool   // every object is another one as soon as it was looked at
}

const perList = 2

func etag(text string) string {
	sum := md5.Sum([]byte(text)) //nolint:gosec // see above
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// ServeHTTP implements http.Handler.
func (b *fakeBucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(r.URL.Path, "/census/")
	switch {
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKIATEST/"), b.forbid == r.Method && (key != "" || r.Method == http.MethodHead):
		refuse(w, http.StatusForbidden, "AccessDenied")
		return
	case !strings.HasPrefix(r.URL.Path, "/census"):
		refuse(w, http.StatusNotFound, "NoSuchBucket")
		return
	case r.URL.Query().Get("list-type") == "2":
		b.list(w, r)
		return
	}
	at := slices.IndexFunc(b.objects, func(o object) bool { return o.name == key })
	if at < 0 {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	found := b.objects[at]
	if r.Method == http.MethodGet && (b.replaced || r.Header.Get("If-Match") != etag(found.text)) {
		refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	w.Header().Set("ETag", etag(found.text))
	http.ServeContent(w, r, "", older(found.age), strings.NewReader(found.text))
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<Error><Code>" + code + "</Code><Message>" + canary.Secret + "</Message></Error>"))
}

type listed struct {
	Key          string
	LastModified string
	ETag         string
	Size         int
}

type prefixed struct{ Prefix string }

func (b *fakeBucket) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	answer := struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		IsTruncated           bool
		NextContinuationToken string
		Contents              []listed
		CommonPrefixes        []prefixed
	}{}
	prefix, delimiter := query.Get("prefix"), query.Get("delimiter")
	var below []string
	for _, one := range b.objects {
		rest, ok := strings.CutPrefix(one.name, prefix)
		if dir, _, deep := strings.Cut(rest, "/"); ok && deep && delimiter == "/" {
			below = append(below, prefix+dir+"/")
		} else if ok {
			below = append(below, one.name)
		}
	}
	slices.Sort(below)
	below = slices.Compact(below)
	from, _ := strconv.Atoi(query.Get("continuation-token"))
	for _, key := range below[from:min(from+perList, len(below))] {
		if strings.HasSuffix(key, "/") {
			answer.CommonPrefixes = append(answer.CommonPrefixes, prefixed{key})
			continue
		}
		one := b.objects[slices.IndexFunc(b.objects, func(o object) bool { return o.name == key })]
		answer.Contents = append(answer.Contents, listed{key, older(one.age).UTC().Format(time.RFC3339), etag(one.text), len(one.text)})
	}
	if from+perList < len(below) {
		answer.IsTruncated, answer.NextContinuationToken = true, strconv.Itoa(from+perList)
	}
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(answer)
}

func (b *fakeBucket) start(t *testing.T) (files.Config, source.Opening) {
	t.Helper()
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	config := files.Defaults()
	config.Path = "s3://census"
	config.S3 = files.Bucket{Endpoint: server.URL, Region: "us-east-1", AccessKey: source.Secret{Env: "ID"}, SecretKey: source.Secret{Env: "KEY"}}
	return config, source.Opening{Getenv: environment(map[string]string{"ID": "AKIATEST", "KEY": canary.Secret})}
}

func TestBucket(t *testing.T) {
	testPlace(t, func(t *testing.T, objects ...object) (files.Config, source.Opening) {
		t.Helper()
		for i := range objects {
			objects[i].name = "outbox/" + objects[i].name
		}
		config, o := (&fakeBucket{objects: objects}).start(t)
		config.Path += "/outbox"
		return config, o
	})
}

func TestBucketThatRefuses(t *testing.T) {
	objects := []object{{"a.csv", census, 2}, {"b.csv", census, 1}}
	for _, test := range []struct {
		name   string
		bucket fakeBucket
		path   string
		change func(*files.Config)
		word   string
		detail string
	}{
		{"reading", fakeBucket{objects: objects, forbid: http.MethodGet}, "/a.csv", nil, source.WordDenied, "s3:GetObject"},
		{"listing", fakeBucket{objects: objects}, "/*.csv", func(c *files.Config) { c.S3.AccessKey.Env = "KEY" }, source.WordDenied, "s3:ListBucket"},
		{"an object that was replaced", fakeBucket{objects: objects, replaced: true}, "/a.csv", nil, source.WordPartial, "replaced"},
		{"no such bucket", fakeBucket{objects: objects}, "/*.csv", func(c *files.Config) { c.Path = "s3://other/*.csv" }, source.WordMissing, "bucket"},
		{"nobody there", fakeBucket{}, "/*.csv", func(c *files.Config) { c.S3.Endpoint = "http://127.0.0.1:1" }, source.WordUnreached, "list objects"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config, o := test.bucket.start(t)
			config.Path += test.path
			if test.change != nil {
				test.change(&config)
			}
			_, _, err := read(t, config, o)
			wantFault(t, err, test.word, test.detail)
		})
	}
}
