package app_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/rosterd/rosterd/internal/canary"
)

// browser opens a tab of Debian's Chromium. Without it the test is skipped, unless
// CI_SERVERS is set, as in CI, where it is installed.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	switch {
	case err != nil && os.Getenv("CI_SERVERS") != "":
		t.Fatal("there is no chromium: install Debian's package chromium")
	case err != nil:
		t.Skip("NOT TESTED: there is no chromium; install Debian's package chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1200, 900))
	allocator, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	tab, close := chromedp.NewContext(allocator)
	t.Cleanup(close)
	ctx, cancel := context.WithTimeout(tab, 3*patience)
	t.Cleanup(cancel)
	do(t, ctx)
	return ctx
}

func do(t *testing.T, tab context.Context, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(tab, actions...); err != nil {
		t.Fatal(err)
	}
}

// says is the text of the page, "" between two pages.
func says(tab context.Context) string {
	var text string
	if err := chromedp.Run(tab, chromedp.Evaluate("document.body.innerText", &text)); err != nil {
		return ""
	}
	return text
}

// photograph keeps a picture of the page, for people.
func photograph(t *testing.T, tab context.Context, name string) {
	t.Helper()
	var picture []byte
	do(t, tab, chromedp.FullScreenshot(&picture, 100))
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name+".png"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}

// crew is an export in which people are in one of two groups; gone of them, the
// first, are terminated, and the last one has a phone that is none.
func crew(people, gone int) string {
	var all strings.Builder
	all.WriteString("employee_id,first_name,last_name,dob,mobile,street,city,state,zip,plan_code,department,status\n")
	for n := range people {
		group, status, phone := "sales", "active", canary.Phone
		if n >= people/2 {
			group = "operations"
		}
		if n < gone {
			status = "terminated"
		}
		if n == people-1 {
			phone = "none"
		}
		fmt.Fprintf(&all, "E%02d,%s,%s%c,%s,%s,%s,%s,IL,%s,pln_gold,%s,%s\n", n+1, canary.GivenName, canary.FamilyName, 'a'+n%26,
			canary.BirthDate, phone, canary.Street, canary.City, canary.ZIP, group, status)
	}
	return all.String()
}

// What an administrator does on a bad morning, in a real browser: the page says
// that somebody has to look, the hold says who would lose coverage, and once it is
// approved exactly they do.
func TestAHoldIsApprovedInABrowser(t *testing.T) {
	tab := browser(t)
	o := newOffice(t)
	o.write(o.in, "census.csv", crew(40, 0))
	o.write(o.dir, "rosterd.yaml", strings.NewReplacer(
		"census.csv", filepath.Join(o.in, "census.csv"), "group: department}", "group: department, status: status}",
		"    stable_for: 0s\n", "    stable_for: 0s\n    include: {status: [active]}\n    terminated: {status: [terminated]}\n",
	).Replace(configuration))
	s := o.serve()
	defer s.end(t)
	eventually(t, "everybody is covered", func() bool { return len(o.box.Members("sales")) == 20 && len(o.box.Members("operations")) == 19 })
	at := "http://" + s.addr
	eventually(t, "the page knows that the run has ended", func() bool {
		do(t, tab, chromedp.Navigate(at))
		return strings.Contains(says(tab), "Done, with open failures")
	})
	photograph(t, tab, "overview")

	t.Run("failures are filtered", func(t *testing.T) {
		do(t, tab, chromedp.Navigate(at+"/failures"), chromedp.SetValue("#ref", "E01", chromedp.ByQuery), chromedp.Submit("form.filter", chromedp.ByQuery))
		eventually(t, "nobody fits", func() bool { return strings.Contains(says(tab), "0 failures") })
		do(t, tab, chromedp.SetValue("#ref", "E40", chromedp.ByQuery), chromedp.Submit("form.filter", chromedp.ByQuery))
		eventually(t, "one fits", func() bool {
			return strings.Contains(says(tab), "1 failure.") && strings.Contains(says(tab), "phone")
		})
		photograph(t, tab, "failures")
	})

	o.write(o.in, "census.csv", crew(40, 7))
	do(t, tab, chromedp.Navigate(at), chromedp.Click(`form[action="/run"] button`, chromedp.ByQuery), chromedp.WaitVisible(".notice", chromedp.ByQuery))
	eventually(t, "the page asks for a decision", func() bool {
		do(t, tab, chromedp.Navigate(at))
		return strings.Contains(says(tab), "1 decision waits for a person, about 7 people")
	})
	photograph(t, tab, "overview-hold")
	if got := len(o.box.Members("sales")); got != 20 {
		t.Fatalf("%d people are covered before anybody approved, want 20", got)
	}
	do(t, tab, chromedp.Click(`//a[starts-with(., "Decide on")]`, chromedp.BySearch), chromedp.WaitVisible("#decide", chromedp.ByQuery))
	if text := says(tab); !strings.Contains(text, "7 people would lose coverage in sales") || !strings.Contains(text, "E07") || strings.Contains(text, "E08") {
		t.Errorf("the hold says: %s", text)
	}
	photograph(t, tab, "hold")
	do(t, tab,
		chromedp.SendKeys("#by", "Ada Admin", chromedp.ByQuery), chromedp.SendKeys("#reason", "layoff, confirmed by HR", chromedp.ByQuery),
		chromedp.Click(`button[value="approve"]`, chromedp.ByQuery), chromedp.WaitVisible(".notice", chromedp.ByQuery))
	if text := says(tab); !strings.Contains(text, "Approved. These people leave with the next run") {
		t.Errorf("the page says: %s", text)
	}
	do(t, tab, chromedp.Click(`main form[action="/run"] button`, chromedp.ByQuery), chromedp.WaitVisible(".facts", chromedp.ByQuery))
	eventually(t, "the seven are gone", func() bool { return len(o.box.Members("sales")) == 13 })
	if left := o.box.Members("sales"); left[0] != "E08" || len(o.box.Members("operations")) != 19 {
		t.Errorf("covered are %v and %v", left, o.box.Members("operations"))
	}
	t.Run("every page fits a phone, in the dark", func(t *testing.T) { onAPhone(t, tab, at) })
}

// onAPhone looks at every page on a screen of 360 pixels, light and dark.
func onAPhone(t *testing.T, tab context.Context, at string) {
	t.Helper()
	do(t, tab, emulation.SetDeviceMetricsOverride(360, 740, 2, true))
	backs := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		do(t, tab, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
		for _, path := range []string{"/", "/groups", "/group?name=sales", "/runs", "/failures", "/holds", "/holds/h1", "/people?reference_id=E07", "/signin"} {
			var width int
			var back string
			do(t, tab, chromedp.Navigate(at+path), chromedp.Evaluate("document.documentElement.scrollWidth", &width),
				chromedp.Evaluate("getComputedStyle(document.body).backgroundColor", &back))
			if width > 360 {
				t.Errorf("%s is %d pixels wide", path, width)
			}
			backs[back] = true
			if path == "/" || path == "/holds/h1" {
				photograph(t, tab, "phone-"+scheme+"-"+strings.Trim(strings.ReplaceAll(path, "/", "-"), "-"))
			}
		}
	}
	if len(backs) != 2 {
		t.Errorf("the backgrounds are %v, want one for light and one for dark", backs)
	}
}

// A name that is not this machine's own needs the token, whatever it resolves to.
func TestSigningInInABrowser(t *testing.T) {
	tab := browser(t)
	o := newOffice(t)
	s := o.serve("ROSTERD_WEB_TOKEN=" + canary.Secret)
	defer s.end(t)
	_, port, _ := strings.Cut(s.addr, ":")
	at := "http://rosterd.localhost:" + port
	try := func(token string) {
		t.Helper()
		do(t, tab, chromedp.Navigate(at+"/holds"), chromedp.WaitVisible("#token", chromedp.ByQuery),
			chromedp.SendKeys("#token", token, chromedp.ByQuery), chromedp.Click("main button", chromedp.ByQuery))
	}
	try("not the token")
	eventually(t, "the token is refused", func() bool { return strings.Contains(says(tab), "That is not the token.") })
	photograph(t, tab, "sign-in")
	try(canary.Secret)
	eventually(t, "the overview is there", func() bool { return strings.Contains(says(tab), "Sign out") })
	do(t, tab, chromedp.Click(`form[action="/signout"] button`, chromedp.ByQuery), chromedp.WaitVisible("#token", chromedp.ByQuery))
}
