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
	named := tableNames(root)
	if list := root.get("include"); list != nil {
		for _, n := range list.items {
			src, ok := readNamed(r, n, read)
			if !ok {
				continue
			}
			files[n.text] = string(src)
			in := &report{file: n.text}
			if root := parse(in, src); root != nil {
				named = append(named, tableNames(root)...)
			}
			r.all = append(r.all, in.all...)
		}
	}
	for _, n := range named {
		if src, ok := readNamed(r, n, read); ok {
			files[n.text] = string(src)
		}
	}
	return files, r.all.sorted()
}

// tableNames are the places where rules and mentions name a people file.
func tableNames(root *node) []*node {
	users := []*node{root.get("mentions").get("users")}
	if rules := root.get("rules"); rules != nil {
		for _, rule := range rules.items {
			users = append(users, rule.get("users"))
		}
	}
	var names []*node
	for _, n := range users {
		if n == nil {
			continue
		}
		for _, it := range n.items {
			if t := it.get("table"); t != nil && t.shape == scalar {
				names = append(names, t)
			}
		}
	}
	return names
}
