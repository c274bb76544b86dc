package servicenow

import "net/http"

func (e *Emulator) routes() {
	e.mux.HandleFunc("POST /oauth_token.do", e.postToken)
	e.mux.HandleFunc("POST /api/now/v1/batch", e.postBatch)

	e.handle("GET /api/now/table/{tableName}", (*call).listRecords)
	e.handle("POST /api/now/table/{tableName}", (*call).postRecord)
	e.handle("GET /api/now/table/{tableName}/{sys_id}", (*call).getRecord)
	e.handle("PATCH /api/now/table/{tableName}/{sys_id}", (*call).changeRecord)
	e.handle("PUT /api/now/table/{tableName}/{sys_id}", (*call).changeRecord)
	e.handle("DELETE /api/now/table/{tableName}/{sys_id}", (*call).deleteRecord)
	e.handle("GET /api/now/stats/{tableName}", (*call).getStats)

	e.handle("GET /api/now/attachment", (*call).listFiles)
	e.handle("GET /api/now/attachment/{sys_id}", (*call).getFile)
	e.handle("PATCH /api/now/attachment/{sys_id}", (*call).renameFile)
	e.handle("DELETE /api/now/attachment/{sys_id}", (*call).deleteFile)
	e.handle("GET /api/now/attachment/{sys_id}/file", (*call).getContent)
	e.handle("POST /api/now/attachment/file", (*call).postFile)
	e.handle("POST /api/now/attachment/upload", (*call).postUpload)

	e.handle("POST /api/now/import/{stagingTableName}", noStaging)
	e.handle("GET /api/now/import/{stagingTableName}/{sys_id}", noStaging)

	e.handle("/", func(c *call) error {
		return &apiError{http.StatusBadRequest, "Requested URI does not represent any resource", c.req.URL.Path}
	})
}

// noStaging: a staging table is made by a customer, and this instance has none.
func noStaging(c *call) error {
	return badRequest("Invalid table " + c.req.PathValue("stagingTableName"))
}
