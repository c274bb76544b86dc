package mapping

// Schema is a JSON Schema that files of another kind are held against, in the words in which connection files are.
type Schema struct{ schema schema }

// NewSchema compiles a schema of package schemas. It panics where that is none.
func NewSchema(name string, src []byte) Schema { return Schema{mustCompile(name, src)} }

// Read reads a YAML or JSON file as plain values. Everything in which it differs from the schema is told with its place; the values are
// then nil.
func (s Schema) Read(file string, src []byte) (any, Diagnostics) {
	r := &report{file: file}
	root := parse(r, src)
	if root != nil && len(r.all) == 0 {
		s.schema.check(r, root)
	}
	if root == nil || len(r.all) > 0 {
		return nil, r.all.sorted()
	}
	return root.any(), nil
}
