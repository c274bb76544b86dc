package asana

import "net/http"

// routes lists every operation of the emulator.
func (e *Emulator) routes() {
	e.mux.HandleFunc("POST /-/oauth_token", e.postToken)
	e.mux.HandleFunc("GET /asset/{gid}", e.getAsset)
	e.mux.HandleFunc("POST "+apiPrefix+"/webhooks", e.postWebhook)
	e.mux.HandleFunc("POST "+apiPrefix+"/batch", e.postBatch)

	e.handle("GET /tasks", (*call).listTasks)
	e.handle("POST /tasks", (*call).postTask)
	e.handle("GET /tasks/{task_gid}", (*call).getTask)
	e.handle("PUT /tasks/{task_gid}", (*call).putTask)
	e.handle("DELETE /tasks/{task_gid}", (*call).deleteTask)
	e.handle("GET /tasks/{task_gid}/subtasks", (*call).listSubtasks)
	e.handle("POST /tasks/{task_gid}/subtasks", (*call).postSubtask)
	e.handle("POST /tasks/{task_gid}/setParent", (*call).setParent)
	e.handle("GET /tasks/{task_gid}/dependencies", (*call).listDependencies)
	e.handle("GET /tasks/{task_gid}/dependents", (*call).listDependents)
	for _, name := range []string{"addDependencies", "removeDependencies", "addDependents", "removeDependents"} {
		e.handle("POST /tasks/{task_gid}/"+name, named(name, (*call).changeLinks))
	}
	e.handle("POST /tasks/{task_gid}/addProject", (*call).addProject)
	e.handle("POST /tasks/{task_gid}/removeProject", (*call).removeProject)
	for _, name := range []string{"addTag", "removeTag"} {
		e.handle("POST /tasks/{task_gid}/"+name, named(name, (*call).changeTag))
	}
	for _, name := range []string{"addFollowers", "removeFollowers"} {
		e.handle("POST /tasks/{task_gid}/"+name, named(name, (*call).changeFollowers))
	}
	e.handle("GET /tasks/{task_gid}/projects", (*call).listTaskProjects)
	e.handle("GET /tasks/{task_gid}/tags", (*call).listTaskTags)
	e.handle("GET /tasks/{task_gid}/stories", (*call).listStories)
	e.handle("POST /tasks/{task_gid}/stories", (*call).postStory)
	e.handle("GET /stories/{story_gid}", (*call).getStory)
	e.handle("PUT /stories/{story_gid}", (*call).putStory)
	e.handle("DELETE /stories/{story_gid}", (*call).deleteStory)

	e.handle("GET /projects", (*call).listProjects)
	e.handle("GET /projects/{project_gid}", (*call).getProject)
	e.handle("GET /projects/{project_gid}/tasks", (*call).listProjectTasks)
	e.handle("GET /projects/{project_gid}/sections", (*call).listSections)
	e.handle("POST /projects/{project_gid}/sections", (*call).postSection)
	e.handle("GET /projects/{project_gid}/custom_field_settings", (*call).listSettings)
	e.handle("GET /workspaces/{workspace_gid}/projects", (*call).listProjects)
	e.handle("GET /sections/{section_gid}", (*call).getSection)
	e.handle("PUT /sections/{section_gid}", (*call).putSection)
	e.handle("DELETE /sections/{section_gid}", (*call).deleteSection)
	e.handle("GET /sections/{section_gid}/tasks", (*call).listSectionTasks)
	e.handle("POST /sections/{section_gid}/addTask", (*call).addToSection)

	e.handle("GET /attachments", (*call).listAttachments)
	e.handle("POST /attachments", (*call).postAttachment)
	e.handle("GET /attachments/{attachment_gid}", (*call).getAttachment)
	e.handle("DELETE /attachments/{attachment_gid}", (*call).deleteAttachment)

	e.handle("GET /custom_fields/{custom_field_gid}", (*call).getField)
	e.handle("GET /workspaces/{workspace_gid}/custom_fields", (*call).listFields)
	e.handle("POST /custom_fields/{custom_field_gid}/enum_options", (*call).postOption)
	e.handle("PUT /enum_options/{enum_option_gid}", (*call).putOption)

	e.handle("GET /custom_types", (*call).listTypes)
	e.handle("GET /custom_types/{custom_type_gid}", (*call).getType)

	e.handle("GET /tags", (*call).listTags)
	e.handle("POST /tags", (*call).postTag)
	e.handle("GET /tags/{tag_gid}", (*call).getTag)
	e.handle("GET /workspaces/{workspace_gid}/tags", (*call).listTags)
	e.handle("POST /workspaces/{workspace_gid}/tags", (*call).postTag)

	e.handle("GET /users", (*call).listUsers)
	e.handle("GET /users/{user_gid}", (*call).getUser)
	e.handle("GET /workspaces", (*call).listWorkspaces)
	e.handle("GET /workspaces/{workspace_gid}", (*call).getWorkspace)
	e.handle("GET /workspaces/{workspace_gid}/users", (*call).listUsers)
	e.handle("GET /workspaces/{workspace_gid}/users/{user_gid}", (*call).getUser)
	e.handle("GET /workspaces/{workspace_gid}/typeahead", (*call).typeahead)
	e.handle("GET /workspaces/{workspace_gid}/tasks/search", (*call).search)
	e.handle("GET /workspaces/{workspace_gid}/tasks/custom_id/{custom_id}", (*call).byNumber)
	e.handle("GET /workspaces/{workspace_gid}/events", (*call).workspaceEvents)
	e.handle("GET /events", (*call).getEvents)

	e.handle("GET /webhooks", (*call).listWebhooks)
	e.handle("GET /webhooks/{webhook_gid}", (*call).getWebhook)
	e.handle("PUT /webhooks/{webhook_gid}", (*call).putWebhook)
	e.handle("DELETE /webhooks/{webhook_gid}", (*call).deleteWebhook)

	e.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusNotFound, object{"errors": []any{object{"message": "No matching route for request"}}})
	})
}

// named tells a handler that serves several operations which one it is.
func named(name string, run func(*call) error) func(*call) error {
	return func(c *call) error {
		c.req.SetPathValue("change", name)
		return run(c)
	}
}
