package servicenow

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// fileView is a row of sys_attachment as the Attachment API shows it.
func (c *call) fileView(f record) object {
	name := f["sys_created_by"]
	if u := c.e.st.userNamed(name); u != nil {
		name = u["name"]
	}
	out := object{"download_link": c.e.base + "/api/now/attachment/" + f["sys_id"] + "/file", "created_by_name": name,
		"updated_by_name": name, "compressed": "true", "sys_tags": "", "image_width": "", "image_height": ""}
	for _, n := range []string{"sys_id", "file_name", "content_type", "size_bytes", "table_name", "table_sys_id", "hash",
		"sys_created_on", "sys_created_by", "sys_updated_on", "sys_updated_by", "sys_mod_count"} {
		out[n] = f[n]
	}
	return out
}

// listFiles answers like a list of the table sys_attachment, in one page of 1000 where nothing else is asked for.
func (c *call) listFiles() error {
	t := c.e.table("sys_attachment")
	all := c.rowsFor(t)
	limit, offset := c.number("sysparm_limit", 1000), c.number("sysparm_offset", 0)
	from, to := min(offset, len(all)), min(offset+limit, len(all))
	list := []any{}
	for _, f := range all[from:to] {
		if c.sees(t, f) {
			list = append(list, c.fileView(f))
		}
	}
	c.paging(len(all), limit, offset, to-from)
	return c.answer(http.StatusOK, object{"result": list})
}

// attached finds the file that the path names, where the account sees its record. writing also asks for the right to
// change that record.
func (c *call) attached(writing bool) (record, error) {
	f := c.e.st.Rows["sys_attachment"][c.req.PathValue("sys_id")]
	if f == nil || !c.seesSubject(f) {
		return nil, notFound()
	}
	if writing {
		if _, _, err := c.subject(f["table_name"], f["table_sys_id"]); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// subject finds the record that a file is for; the account must be able to read and write it.
func (c *call) subject(name, id string) (*table, record, error) {
	t, err := c.tableOf(strings.TrimPrefix(name, "ZZ_YY")) // the prefix is for images inside journal fields
	if err != nil {
		return nil, nil, err
	}
	class, r := c.e.find(t.name, id)
	if r == nil || !c.sees(c.e.table(class), r) {
		return nil, nil, notFound()
	}
	if !c.mayWrite("Update", c.e.table(class), r) {
		return nil, nil, forbidden("Insert")
	}
	return c.e.table(class), r, nil
}

func (c *call) getFile() error {
	f, err := c.attached(false)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, object{"result": c.fileView(f)})
}

func (c *call) getContent() error {
	f, err := c.attached(false)
	if err != nil {
		return err
	}
	data, err := c.e.content(f["sys_id"])
	if err != nil {
		return err
	}
	meta, _ := json.Marshal(c.fileView(f))
	c.w.Header().Set("X-Attachment-Metadata", string(meta))
	return c.answer(http.StatusOK, file{f["content_type"], data})
}

func (c *call) renameFile() error {
	f, err := c.attached(true)
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	if in["file_name"] == "" {
		return badRequest("file_name is missing")
	}
	f["file_name"], f["sys_updated_on"], f["sys_updated_by"] = in["file_name"], stamp(c.now), c.user["user_name"]
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}

func (c *call) deleteFile() error {
	f, err := c.attached(true)
	if err != nil {
		return err
	}
	c.dropFile(f["sys_id"])
	c.tellSubject(f)
	return c.answer(http.StatusNoContent, nil)
}

// postFile takes a raw body (vendor page "Attachment API").
func (c *call) postFile() error {
	kind := c.req.Header.Get("Content-Type")
	if kind == "" {
		return badRequest("Content-Type is missing")
	}
	return c.upload(c.query("table_name"), c.query("table_sys_id"), c.query("file_name"), kind, c.body)
}

// postUpload takes a form whose file is the last part: what follows it is not read.
func (c *call) postUpload() error {
	_, params, err := mime.ParseMediaType(c.req.Header.Get("Content-Type"))
	if err != nil {
		return badRequest("Content-Type is not multipart/form-data")
	}
	fields := map[string]string{}
	for parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"]); ; {
		p, err := parts.NextPart()
		if err != nil {
			return badRequest("Failed to create the attachment. File part might be missing in the request.")
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return badRequest("The form is cut off")
		}
		if p.FileName() != "" {
			return c.upload(fields["table_name"], fields["table_sys_id"], p.FileName(), p.Header.Get("Content-Type"), data)
		}
		fields[p.FormName()] = string(data)
	}
}

// upload keeps a file. It does not touch the record it is for.
func (c *call) upload(of, id, name, kind string, data []byte) error {
	if name == "" {
		return badRequest("file_name is missing")
	}
	if err := c.fileRules(name, len(data)); err != nil {
		return err
	}
	if _, _, err := c.subject(of, id); err != nil {
		return err
	}
	f := c.add("sys_attachment", record{"file_name": name, "content_type": kind, "size_bytes": itoa(len(data)),
		"table_name": of, "table_sys_id": id, "hash": hashOf(data)})
	if err := c.e.keepContent(f["sys_id"], data); err != nil {
		return err
	}
	c.tellSubject(f)
	c.w.Header().Set("Location", c.e.base+"/api/now/attachment/"+f["sys_id"])
	return c.answer(http.StatusCreated, object{"result": c.fileView(f)})
}

// fileRules are the properties for sizes and names.
func (c *call) fileRules(name string, size int) error {
	if most := atoi(c.e.st.Props["com.glide.attachment.max_size"]); most > 0 && size > most<<20 {
		return badRequest("File size exceeds the maximum of com.glide.attachment.max_size")
	}
	allowed := c.e.st.Props["glide.attachment.extensions"]
	extension := strings.ToLower(name[strings.LastIndex(name, ".")+1:])
	if allowed != "" && !slices.Contains(strings.Split(allowed, ","), extension) {
		return &apiError{http.StatusForbidden, "Operation Failed", "Files of this extension are not allowed by glide.attachment.extensions"}
	}
	return nil
}

// tellSubject: the rule on sys_attachment names the record that the file is for.
func (c *call) tellSubject(f record) {
	if class, r := c.e.find(strings.TrimPrefix(f["table_name"], "ZZ_YY"), f["table_sys_id"]); r != nil {
		c.tell(c.e.table(class), r, "update")
	}
}
