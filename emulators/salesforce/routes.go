package salesforce

import (
	"fmt"
	"net/http"
)

// routes lists every operation of the emulator.
func (e *Emulator) routes() {
	const data = "/services/data/{version}"
	e.handle("POST /services/oauth2/token", true, (*call).postToken)
	e.handle("GET /services/oauth2/userinfo", false, (*call).getIdentity)
	e.handle("GET /id/{org}/{user}", false, (*call).getIdentity)
	e.handle("GET /services/data", true, (*call).getVersions)
	e.handle("GET /services/data/{$}", true, (*call).getVersions)
	e.handle("GET "+data+"/limits", false, (*call).getLimits)

	e.handle("GET "+data+"/sobjects", false, (*call).getObjects)
	e.handle("GET "+data+"/sobjects/{sobject}/describe", false, (*call).describe)
	e.handle("GET "+data+"/ui-api/object-info/{sobject}/picklist-values/{record_type}", false, (*call).picklistValues)

	e.handle("POST "+data+"/sobjects/{sobject}", false, (*call).postRecord)
	e.handle("GET "+data+"/sobjects/{sobject}/{id}", false, (*call).getRecord)
	e.handle("PATCH "+data+"/sobjects/{sobject}/{id}", false, (*call).patchRecord)
	e.handle("DELETE "+data+"/sobjects/{sobject}/{id}", false, (*call).deleteRecord)
	e.handle("GET "+data+"/sobjects/{sobject}/{ext_field}/{ext_value}", false, (*call).getByExternalID)
	e.handle("PATCH "+data+"/sobjects/{sobject}/{ext_field}/{ext_value}", false, (*call).upsert)
	e.handle("GET "+data+"/sobjects/ContentVersion/{id}/VersionData", false, (*call).getContent)

	for _, end := range []string{"", "/{$}"} {
		e.handle("GET "+data+"/sobjects/{sobject}/updated"+end, false, (*call).getUpdated)
		e.handle("GET "+data+"/sobjects/{sobject}/deleted"+end, false, (*call).getDeleted)
	}
	e.handle("GET "+data+"/query", false, func(c *call) error { return c.runQuery(false) })
	e.handle("GET "+data+"/query/{$}", false, func(c *call) error { return c.runQuery(false) })
	e.handle("GET "+data+"/queryAll", false, func(c *call) error { return c.runQuery(true) })
	e.handle("GET "+data+"/queryAll/{$}", false, func(c *call) error { return c.runQuery(true) })
	e.handle("GET "+data+"/query/{locator}", false, (*call).queryMore)
	e.handle("GET "+data+"/event/eventSchema/{schema}", false, (*call).eventSchema)

	e.handle("POST "+data+"/composite", false, (*call).composite)
	e.handle("POST "+data+"/composite/sobjects", false, (*call).createMany)
	e.handle("PATCH "+data+"/composite/sobjects", false, (*call).updateMany)
	e.handle("DELETE "+data+"/composite/sobjects", false, (*call).deleteMany)
	e.handle("POST "+data+"/composite/sobjects/{sobject}", false, (*call).readMany)
	e.handle("PATCH "+data+"/composite/sobjects/{sobject}/{ext_field}", false, (*call).upsertMany)

	e.handle("/", false, func(*call) error { return notFound() })
}

// getVersions needs no session.
func (c *call) getVersions() error {
	var out []map[string]string
	for n := oldestVersion; n <= newestVersion; n++ {
		out = append(out, map[string]string{"label": fmt.Sprint("Version ", n), "url": fmt.Sprintf("/services/data/v%d.0", n), "version": fmt.Sprintf("%d.0", n)})
	}
	return c.answer(http.StatusOK, out)
}
