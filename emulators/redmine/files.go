package redmine

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// postUpload keeps a file until an issue takes it by its token.
func (c *call) postUpload() error {
	if c.user == nil {
		return empty(http.StatusUnauthorized)
	}
	if kind, _, _ := strings.Cut(c.req.Header.Get("Content-Type"), ";"); kind != "application/octet-stream" {
		return empty(http.StatusNotAcceptable)
	}
	if len(c.body) > c.e.opts.MaxFile {
		return invalid(fmt.Sprintf("This file cannot be uploaded because it exceeds the maximum allowed file size (%d)", c.e.opts.MaxFile))
	}
	name := c.req.URL.Query().Get("filename")
	if name == "" {
		name = "file"
	}
	c.e.st.LastFile++
	id := c.e.st.LastFile
	f := &file{ID: id, Author: c.user.id, Size: len(c.body), Name: cleanName(name), Type: "application/octet-stream",
		Token: fmt.Sprintf("%d.%x", id, sha256.Sum256(c.body)), Created: c.now}
	if c.e.opts.File == "" {
		c.e.files[strconv.Itoa(id)] = c.body
	} else if err := os.WriteFile(filepath.Join(c.e.fileDir(), strconv.Itoa(id)), c.body, 0o600); err != nil {
		return err
	}
	c.e.st.Files[id] = f
	c.dirty = true
	return c.answer(http.StatusCreated, object{"upload": object{"id": id, "token": f.Token}})
}

// cleanName replaces what Redmine does not keep in file names.
func cleanName(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("?%*:|\"'<>\n\r", r) {
			return '_'
		}
		return r
	}, name)
}

// attach gives uploads to an issue; one that is used, or unknown, refuses the whole call.
func (c *call) attach(i *issue, in object) ([]detail, error) {
	list, _ := in["uploads"].([]any)
	var taken []*file
	failed := 0
	for _, one := range list {
		o, _ := one.(object)
		var f *file
		for _, candidate := range c.e.st.Files {
			if candidate.Token == text(o["token"]) && candidate.Issue == 0 {
				f = candidate
			}
		}
		if f == nil {
			failed++
			continue
		}
		copied := *f
		if name := text(o["filename"]); name != "" {
			copied.Name = cleanName(name)
		}
		if kind := text(o["content_type"]); kind != "" {
			copied.Type = kind
		}
		copied.Description = text(o["description"])
		taken = append(taken, &copied)
	}
	if failed > 0 {
		return nil, invalid(fmt.Sprintf("%d file(s) could not be saved.", failed))
	}
	var details []detail
	for _, f := range taken {
		f.Issue, f.Author = i.ID, c.user.id
		*c.e.st.Files[f.ID] = *f
		name := f.Name
		details = append(details, detail{"attachment", strconv.Itoa(f.ID), nil, &name})
	}
	return details, nil
}

func (c *call) attachment() (*file, error) {
	id, _ := strconv.Atoi(strings.TrimSuffix(c.req.PathValue("id"), ".json"))
	f := c.e.st.Files[id]
	if f == nil {
		return nil, empty(http.StatusNotFound)
	}
	if i := c.e.st.Issues[f.Issue]; i == nil && (c.user == nil || c.user.id != f.Author) || i != nil && !c.sees(i) {
		return nil, c.denied()
	}
	return f, nil
}

func (c *call) getAttachment() error {
	f, err := c.attachment()
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, object{"attachment": c.fileView(f)})
}

// download needs the key. A name in the address has to be the file's own; the address without one will do.
func (c *call) download() error {
	f, err := c.attachment()
	if err != nil {
		return err
	}
	if name := c.req.PathValue("name"); name != "" && name != f.Name {
		return empty(http.StatusNotFound)
	}
	data := c.e.files[strconv.Itoa(f.ID)]
	if c.e.opts.File != "" {
		if data, err = os.ReadFile(filepath.Join(c.e.fileDir(), strconv.Itoa(f.ID))); err != nil {
			return err
		}
	}
	c.w.Header().Set("Content-Type", f.Type)
	return c.answer(http.StatusOK, data)
}

// deleteAttachment leaves a journal on the issue.
func (c *call) deleteAttachment() error {
	f, err := c.attachment()
	if err != nil {
		return err
	}
	i := c.e.st.Issues[f.Issue]
	if i != nil && !c.admin() && c.role(i.Project) != roleManager && c.role(i.Project) != roleDeveloper {
		return c.denied()
	}
	delete(c.e.st.Files, f.ID)
	if i != nil {
		none, name := "", f.Name
		c.e.journal(i, c.user.id, &none, false, c.now, []detail{{"attachment", strconv.Itoa(f.ID), &name, nil}})
		i.Updated = c.now
		i.Lock++
	}
	c.dirty = true
	return c.answer(http.StatusNoContent, nil)
}
