package mapping

// Files are the files that a connection file names, by the names written there. They are stored with the version: a
// stored version must mean the same later, wherever it is read.
func Files(file string, src []byte, read func(path string) ([]byte, error)) (map[string]string, Diagnostics) {
	r := &report{file: file}
	root := parse(r, src)
	if root == nil || len(r.all) > 0 {
		return nil, r.all.sorted()
	}
	files := map[string]string{}
	for _, n := range tableNames(root) {
		if src, ok := readNamed(r, n, read); ok {
			files[n.text] = string(src)
		}
	}
	return files, r.all.sorted()
}

// tableNames are the places where rules name a people file.
func tableNames(root *node) []*node {
	var names []*node
	rules := root.get("rules")
	if rules == nil {
		return nil
	}
	for _, rule := range rules.items {
		users := rule.get("users")
		if users == nil {
			continue
		}
		for _, it := range users.items {
			if t := it.get("table"); t != nil && t.shape == scalar {
				names = append(names, t)
			}
		}
	}
	return names
}
