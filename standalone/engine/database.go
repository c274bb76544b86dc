package engine

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/config"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

// retention is how long the server keeps the history of a closed workflow.
const retention = 30 * 24 * time.Hour

const databaseFile = "temporal.db"

// openDatabase returns the store for dir with schema and namespace in place. An existing
// namespace is left as it is. An empty dir gives a database in memory.
//
// The server's SQLite plugin keeps its connection to a file open until the process ends, also
// after Stop. A later Start on the same file in the same process uses it again.
func openDatabase(dir, namespace string, attributes map[string]enums.IndexedValueType) (*config.SQL, error) {
	db := memoryStore()
	if dir != "" {
		file := filepath.Join(dir, databaseFile)
		if err := createSchema(file); err != nil {
			return nil, fmt.Errorf("set up the database %s: %w", file, err)
		}
		db = fileStore(file)
	}
	ns, err := sqlite.NewNamespaceConfig(clusterName, namespace, false, attributes)
	if err != nil {
		return nil, fmt.Errorf("describe namespace %q: %w", namespace, err)
	}
	ns.Detail.Config.Retention = durationpb.New(retention)
	if err := sqlite.CreateNamespaces(db, ns); err != nil {
		return nil, fmt.Errorf("create namespace %q: %w", namespace, err)
	}
	return db, nil
}

// createSchema makes file with an empty schema unless it exists. The file gets its name when it is
// complete, so a process killed in between leaves no half schema behind.
func createSchema(file string) error {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	left, err := filepath.Glob(file + ".new-*")
	if err != nil {
		return err
	}
	for _, f := range left {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	// A fresh name each time, for the plugin remembers connections by name.
	fresh := file + ".new-" + rand.Text()
	if err := sqlite.SetupSchema(sqlStore(escape(fresh), map[string]string{"mode": "rwc"})); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}

// fileStore syncs at every commit: what Temporal confirmed is still there after a power cut.
func fileStore(file string) *config.SQL {
	return sqlStore(escape(file), map[string]string{
		"mode":         "rw",
		"journal_mode": "wal",
		"synchronous":  "full",
		"busy_timeout": "10000",
	})
}

func memoryStore() *config.SQL {
	return sqlStore("duplex-"+rand.Text(), map[string]string{"mode": "memory", "cache": "shared"})
}

// sqlStore uses a single connection: with more, writers in WAL mode spend their time on lock retries.
func sqlStore(name string, attributes map[string]string) *config.SQL {
	return &config.SQL{
		PluginName:        sqliteplugin.PluginName,
		DatabaseName:      name,
		ConnectAttributes: attributes,
		MaxConns:          1,
		MaxIdleConns:      1,
	}
}

// escape makes a path usable in the file: URI the plugin builds around it.
func escape(path string) string {
	return (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
}
