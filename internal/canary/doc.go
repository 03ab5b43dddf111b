// Package canary sees to it that tests find out when rosterd tells what it knows
// of people (law 8): names, birth dates, addresses, phones and e-mails stand in no
// log, metric, error, answer or file name, and at rest only encrypted.
//
// The people of tests are the canary people: each of their fields has a value
// that stands nowhere else. Whatever a program under test may tell goes through
// this package, which searches it for these values, also where they are
// compressed or written in another form:
//
//	| instead of                              | a test uses    | searched                        |
//	| --------------------------------------- | -------------- | ------------------------------- |
//	| t.TempDir, os.MkdirTemp                 | Dir            | every file and name, at the end |
//	| t.TempDir for exports and secrets       | Input          | names only                      |
//	| io.Discard, bytes.Buffer for output     | Output         | what was written                |
//	| zap.NewNop, observer.New                | Log            | every entry                     |
//	| prometheus.NewRegistry                  | Registry       | every name and label            |
//	| httptest.NewRecorder                    | Recorder       | status line, headers and body   |
//	| os.Exit(m.Run())                        | Main, Watched  | stdout, stderr, TMPDIR          |
//
// None of it can be forgotten: a test of this package reads the sources of all
// others, and fails where one has no Main, uses what stands on the left, or makes
// up a person with nothing of a canary. For what a test has at hand, such as an
// error, there is Text.
package canary
