package mapping

import "testing"

const exampleSystem = `system: zendesk-acme
kind: zendesk
base_url: https://acme.zendesk.com
auth:
  method: token
  email: duplex@acme.example
  token: ${env:ZENDESK_TOKEN}
webhook: {secret: "${file:/run/secrets/zendesk}"}
settings: {brand: 4711, beta: true}
limits: {requests_per_second: 2.5, concurrency: 4}
maintenance:
  - {days: [sun], from: "02:00", to: "04:30", zone: Europe/Berlin, comments: vendor window}
`

func TestWrongSystemFiles(t *testing.T) {
	for _, c := range wrongSystems {
		t.Run(c.reason, func(t *testing.T) {
			_, ds := ParseSystem("zendesk.yaml", []byte(c.of(t, exampleSystem)))
			if got := ds.Error(); got != c.want {
				t.Errorf("says:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

var wrongSystems = []change{
	{"a system has a kind", "kind: zendesk\n", "",
		`zendesk.yaml:1:1: kind is missing: The connector that speaks with it`},
	{"a key nobody knows", "kind: zendesk\n", "kind: zendesk\nbaseurl: x\n",
		`zendesk.yaml:3:1: baseurl: there is no such key here (did you mean "base_url"?)`},
	{"an address has a scheme", "https://acme.zendesk.com", "acme.zendesk.com",
		`zendesk.yaml:3:11: base_url: "acme.zendesk.com" must be a scheme and host without a slash at the end, like https://acme.zendesk.com`},
	{"no slash at the end, because paths begin with one", "https://acme.zendesk.com", "https://acme.zendesk.com/",
		`zendesk.yaml:3:11: base_url: "https://acme.zendesk.com/" must be a scheme and host without a slash at the end, like https://acme.zendesk.com`},
	{"no secret in the address", "https://acme.zendesk.com", "https://a:b@acme.zendesk.com",
		`zendesk.yaml:3:11: base_url: must be a scheme and host without a slash at the end, like https://acme.zendesk.com`},
	{"a secret written out is not repeated", "${env:ZENDESK_TOKEN}", "s3cr3t",
		`zendesk.yaml:7:10: auth.token: is a secret and must be a reference: ${env:NAME} or ${file:PATH}`},
	{"a secret that looks like a number is not repeated", "${env:ZENDESK_TOKEN}", "12345678",
		`zendesk.yaml:7:10: auth.token: is a secret and must be a reference: ${env:NAME} or ${file:PATH}`},
	{"a webhook's secret", `"${file:/run/secrets/zendesk}"`, "hush",
		`zendesk.yaml:8:19: webhook.secret: is a secret and must be a reference: ${env:NAME} or ${file:PATH}`},
	{"settings are flat", "{brand: 4711, beta: true}", "{brand: {id: 1}}",
		`zendesk.yaml:9:19: settings.brand: must be text or a number or true or false, here is a block of keys`},
	{"a rate above zero", "2.5", "0",
		`zendesk.yaml:10:31: limits.requests_per_second: must be more than 0`},
	{"half a call", "concurrency: 4", "concurrency: 1.5",
		`zendesk.yaml:10:49: limits.concurrency: must be a whole number, here is a number`},
	{"no call at all", "concurrency: 4", "concurrency: 0",
		`zendesk.yaml:10:49: limits.concurrency: must be at least 1`},
	{"a day that does not exist", "[sun]", "[sunday]",
		`zendesk.yaml:12:13: maintenance[0].days[0]: "sunday" is not one of: mon, tue, wed, thu, fri, sat, sun (did you mean "sun"?)`},
	{"a time of day", `"04:30"`, `"24:30"`,
		`zendesk.yaml:12:38: maintenance[0].to: "24:30" must be a time of day like "02:30", in quotes`},
	{"a zone that does not exist", "Europe/Berlin", "Europe/Bonn",
		`zendesk.yaml:12:53: maintenance[0].zone: "Europe/Bonn" is no IANA time zone; write one like Europe/Berlin or UTC`},
	{"the server's own zone is not a zone", "Europe/Berlin", "Local",
		`zendesk.yaml:12:53: maintenance[0].zone: "Local" is no IANA time zone; write one like Europe/Berlin or UTC`},
	{"a window of no length", `"04:30"`, `"02:00"`,
		`zendesk.yaml:12:5: maintenance[0]: begins and ends at the same time; a whole day is from: "00:00", to: "23:59"`},
	{"a window without a zone", ", zone: Europe/Berlin", "",
		`zendesk.yaml:12:5: maintenance[0]: zone is missing: IANA time zone`},
}
