package richtext

import (
	"regexp"
	"strconv"
	"strings"
)

// opens matches the addresses by which senders of mail and pages count their
// readers, whatever size such a picture is said to have.
var opens = regexp.MustCompile(`(?i)^https?://(?:` + strings.Join([]string{
	`[^/]*/wf/open\?`, // SendGrid
	`[^/]*(?:list-manage|mandrillapp)\.com/track`, // Mailchimp
	`[^/]*/o/eJ[A-Za-z0-9_-]{20}`,                 // Mailgun
	`[^/]*/open\.aspx\?`,                          // Salesforce Marketing Cloud
	`[^/]*awstrack\.me/I0/`,                       // Amazon SES
	`[^/]*pstmrk\.it/open`,                        // Postmark
	`[^/]*/e/o/[A-Za-z0-9]{20}`,                   // Customer.io
	`[^/]*/e[23]t/(?:o|to)/`,                      // HubSpot
	`[^/]*(?:hubspot\.com|hs-analytics\.net)/__ptq\.gif`,
	`via\.intercom\.io/o\?`,
	`(?:[^/]*\.)?mailtrack\.io/trace`,
	`mailfoogae\.appspot\.com/t`, // Streak
	`t\.(?:yesware|sidekickopen[0-9]*)\.com/`,
	`[^/]*\.?mixmax\.com/api/track`,
	`r\.superhuman\.com/`,
	`[^/]*google-analytics\.com/`,
	`[^/]*/__utm\.gif`,
	`(?:www\.)?facebook\.com/tr[/?]`,
	`[^/]*\.doubleclick\.net/`,
	`bat\.bing\.com/action`,
	`[^/]*/(?:track(?:ing)?|email|mail)/(?:open|pixel)s?(?:[/.?]|$)`,
}, "|") + ")")

// tracks reports whether a picture is there to be fetched, not to be seen, as
// far as its address and size tell.
func tracks(url, width, height string) bool {
	return tiny(width) || tiny(height) || opens.MatchString(encodeURL(url))
}

// tiny reports whether a length is at most one pixel, or less than one of another unit: emoji are pictures of 1em.
func tiny(length string) bool {
	length = strings.ToLower(strings.TrimSpace(length))
	number := strings.TrimRight(length, "abcdefghijklmnopqrstuvwxyz ")
	unit := strings.TrimSpace(length[len(number):])
	n, err := strconv.ParseFloat(number, 64)
	return err == nil && (n < 1 || n == 1 && (unit == "" || unit == "px" || unit == "pt"))
}
