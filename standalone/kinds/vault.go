package kinds

import "sync"

// vault keeps rotated credentials in memory.
type vault struct {
	mu   sync.Mutex
	kept map[string]string
}

func newVault() *vault { return &vault{kept: map[string]string{}} }

func (v *vault) save(name, secret string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kept[name] = secret
	return nil
}

func (v *vault) load(name string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.kept[name], nil
}
