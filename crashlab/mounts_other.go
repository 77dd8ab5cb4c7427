//go:build !linux

package main

import (
	"context"
	"errors"
)

func cannotMount() string { return "the row is written for Linux" }
func cannotLose() string  { return cannotMount() }

func ownMounts(context.Context) (status int, done bool) { return 0, false }

var errLinux = errors.New("only on Linux")

type disk struct{ dir string }

func (r *round) tiny(string, string) error { return errLinux }
func (r *round) newDisk() (*disk, error)   { return nil, errLinux }
func (d *disk) mount() error               { return errLinux }
func (d *disk) unmount() error             { return errLinux }
func (d *disk) cut() error                 { return errLinux }
