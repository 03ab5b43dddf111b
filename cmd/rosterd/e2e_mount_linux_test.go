package main

import "syscall"

// mount makes dir a file system in memory, of a size such as 8m.
func mount(dir, size string) error { return syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size) }

func remount(dir string, readOnly bool) error {
	flags := uintptr(syscall.MS_REMOUNT)
	if readOnly {
		flags |= syscall.MS_RDONLY
	}
	return syscall.Mount("", dir, "", flags, "")
}

func unmount(dir string) error { return syscall.Unmount(dir, 0) }
