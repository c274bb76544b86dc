package chaos

import "duplex/standalone/rig"

type object = rig.Object

// hands are one person at one system's API, and what they do there that only a run like this needs.
type hands struct{ rig.Person }
