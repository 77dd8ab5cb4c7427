//go:build !linux

package main

import "errors"

var errLinux = errors.New("this row needs Linux")

func permissionRound(*round) error { return errLinux }
func absentRound(*round) error     { return errLinux }
func watchesRound(*round) error    { return errLinux }
