// Package config reads what an admin gives duplex: files of systems and connections, and the environment of a process.
package config
