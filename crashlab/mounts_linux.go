package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// alone is set in a process that has a mount namespace of its own.
const alone = "CRASHLAB_OWN_MOUNTS"

// cannotMount says why nothing can be mounted; "" if it can.
func cannotMount() string {
	if os.Geteuid() != 0 {
		return "mounting needs root; unshare -rm makes one of anybody where user namespaces are allowed"
	}
	dir, err := os.MkdirTemp("", "crashlab-mount-")
	if err != nil {
		return err.Error()
	}
	defer os.Remove(dir)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		return "nothing may be mounted: " + err.Error()
	}
	if err := syscall.Unmount(dir, 0); err != nil {
		return err.Error()
	}
	return ""
}

// cannotLose says why no power can be lost: a device is mounted for that.
func cannotLose() string {
	if why := cannotMount(); why != "" {
		return why
	}
	for _, tool := range []string{"mkfs.ext4", "mount", "umount"} {
		if _, err := exec.LookPath(tool); err != nil {
			return tool + " is not installed"
		}
	}
	if f, err := os.Open("/dev/loop-control"); err != nil {
		return "no loop device: " + err.Error()
	} else if err := f.Close(); err != nil {
		return err.Error()
	}
	return ""
}

// ownMounts runs this program again where what it mounts is seen by nobody else,
// and is gone when it is, if that is allowed and was not done.
func ownMounts(ctx context.Context) (status int, done bool) {
	if cannotMount() != "" || os.Getenv(alone) != "" {
		return 0, false
	}
	self, err := os.Executable()
	if err != nil {
		return 0, false
	}
	cmd := exec.CommandContext(ctx, self, os.Args[1:]...)
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(syscall.SIGTERM) }, time.Minute
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), alone+"=1"), os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if cmd.Start() != nil {
		return 0, false // the mounts are not hidden then
	}
	_ = cmd.Wait() // its status says it
	return max(1, cmd.ProcessState.ExitCode()) * failed(cmd.ProcessState), true
}

func failed(s *os.ProcessState) int {
	if s.Success() {
		return 0
	}
	return 1
}

// tiny mounts a file system in memory of some size on a new directory.
func (r *round) tiny(dir string, size string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		return fmt.Errorf("mount a tmpfs: %w", err)
	}
	r.atEnd(func() { _ = unix.Unmount(dir, 0) })
	return nil
}

// disk is an ext4 in a file, whose power can be cut.
type disk struct{ image, dir string }

func (r *round) newDisk() (*disk, error) {
	d := &disk{image: r.path("disk.img"), dir: r.path("disk")}
	f, err := os.Create(d.image)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Truncate(64<<20), f.Close(), os.Mkdir(d.dir, 0o755)); err != nil {
		return nil, err
	}
	if err := command("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", d.image); err != nil {
		return nil, err
	}
	r.atEnd(func() { _ = unix.Unmount(d.dir, 0) })
	return d, d.mount()
}

func (d *disk) mount() error { return command("mount", "-o", "loop", d.image, d.dir) }

func (d *disk) unmount() error { return command("umount", d.dir) }

// From linux/ext4.h, as of Linux 4.13: what was not written yet stays unwritten,
// and so does what the journal holds in memory.
const (
	shutdownRequest = 0x8004587d // EXT4_IOC_SHUTDOWN
	withoutFlush    = 2          // EXT4_GOING_FLAGS_NOLOGFLUSH
)

// cut cuts the power: from now on all that is done to the disk fails.
func (d *disk) cut() error {
	f, err := os.Open(d.dir)
	if err != nil {
		return err
	}
	defer f.Close()
	how := uint32(withoutFlush)
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, f.Fd(), shutdownRequest, uintptr(unsafe.Pointer(&how))); e != 0 {
		return fmt.Errorf("cut the power: %w", e)
	}
	return nil
}

func command(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}
