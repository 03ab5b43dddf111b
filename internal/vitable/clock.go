package vitable

import (
	"net/http"
	"time"
)

// Skew is how far this machine's clock is ahead of Vitable's, by the Date of the last
// answer that could be used (RFC 9110, 6.6.1): to the second, and wrong by as long as
// that answer took. known is false before the first one.
func (c *Client) Skew() (ahead time.Duration, known bool) {
	if skew := c.skew.Load(); skew != nil {
		return *skew, true
	}
	return 0, false
}

// compareClocks learns from an answer. One that a cache kept for a while (RFC 9111, 5.1)
// says what time it was then.
func (c *Client) compareClocks(answer http.Header) {
	date, err := http.ParseTime(answer.Get("Date"))
	if age := answer.Get("Age"); err != nil || age != "" && age != "0" {
		return
	}
	ahead := c.now().Sub(date)
	c.skew.Store(&ahead)
}
