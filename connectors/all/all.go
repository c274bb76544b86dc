// Package all registers every connector there is.
package all

import (
	_ "duplex/connectors/asana"
	_ "duplex/connectors/azuredevops"
	_ "duplex/connectors/freshdesk"
	_ "duplex/connectors/freshservice"
	_ "duplex/connectors/github"
	_ "duplex/connectors/jira"
	_ "duplex/connectors/rest"
	_ "duplex/connectors/salesforce"
	_ "duplex/connectors/servicenow"
	_ "duplex/connectors/zendesk"
)
