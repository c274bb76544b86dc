// Package demo shows duplex at work: two emulated systems, one connection, people who edit.
package demo
