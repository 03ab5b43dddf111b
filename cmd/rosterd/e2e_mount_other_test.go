//go:build !linux

package main

import "errors"

func mount(string, string) error { return errors.ErrUnsupported }

func remount(string, bool) error { return errors.ErrUnsupported }

func unmount(string) error { return errors.ErrUnsupported }
