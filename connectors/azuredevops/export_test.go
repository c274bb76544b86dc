package azuredevops

// Page sets how many items a page of search results has.
func (c *Connector) Page(n int) { c.pageSize = n }
