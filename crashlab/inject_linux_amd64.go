package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The injector runs a program and counts what it does to the files of a directory:
// each write, fsync, rename and so on is a site, numbered from 1 over all threads. At
// one of them the program is killed before it takes place, or it fails. strace injects
// too, but counts each thread by itself, so that hardly any site is hit twice.
const injectAid, armedAid = "inject", "inject-armed"

// cannotInject says why there is no injector here.
func cannotInject() string { return "" }

// sites are the calls that the kernel tells of, by what they do.
var sites = map[uint64]string{
	unix.SYS_WRITE: "write", unix.SYS_PWRITE64: "write", unix.SYS_WRITEV: "write", unix.SYS_PWRITEV: "write", unix.SYS_PWRITEV2: "write",
	unix.SYS_FSYNC: "fsync", unix.SYS_FDATASYNC: "fsync",
	unix.SYS_RENAME: "rename", unix.SYS_RENAMEAT: "rename", unix.SYS_RENAMEAT2: "rename",
	unix.SYS_FTRUNCATE: "truncate", unix.SYS_UNLINK: "unlink", unix.SYS_UNLINKAT: "unlink",
}

// pathArgument is which argument of the calls without a descriptor is the path.
var pathArgument = map[uint64]int{unix.SYS_RENAME: 0, unix.SYS_RENAMEAT: 1, unix.SYS_RENAMEAT2: 1, unix.SYS_UNLINK: 0, unix.SYS_UNLINKAT: 1}

// injector is one run.
type injector struct {
	dir   string
	kinds string // that are counted
	at    int    // which site; 0: none
	fault string // kill, ENOSPC, EIO
	times int    // how many sites fail from there on
	log   *os.File
	n     int
	main  int // pid
}

func inject(args []string) int {
	f := flag.NewFlagSet(injectAid, flag.ExitOnError)
	var j injector
	f.StringVar(&j.dir, "dir", "", "whose files are watched")
	f.StringVar(&j.kinds, "kinds", "write,fsync,rename,truncate,unlink", "what counts")
	f.IntVar(&j.at, "at", 0, "which one is broken")
	f.StringVar(&j.fault, "fault", "kill", "how: kill, ENOSPC, EIO")
	f.IntVar(&j.times, "times", 1, "so many fail")
	log := f.String("log", "", "where they are listed")
	_ = f.Parse(args) // it exits on an error
	var err error
	if j.log, err = os.OpenFile(*log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	status, err := j.run(f.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "inject:", err)
		return 1
	}
	return status
}

// armed asks the kernel to tell a tracer of the sites, and becomes the program.
func armed(args []string) int {
	runtime.LockOSThread() // the filter is the thread's, and stays with what it executes
	err := arm()
	if err == nil {
		err = syscall.Exec(args[0], args, os.Environ())
	}
	fmt.Fprintln(os.Stderr, "inject:", err)
	return 1
}

func arm() error {
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}} // the number of the call
	left := uint8(len(sites))
	for nr := range sites {
		filter = append(filter, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: left, K: uint32(nr)})
		left--
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET, K: unix.SECCOMP_RET_ALLOW}, unix.SockFilter{Code: unix.BPF_RET, K: unix.SECCOMP_RET_TRACE})
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&prog)), 0, 0)
}

// run runs the program to its end and gives its exit status, as a shell does.
func (j *injector) run(program []string) (int, error) {
	runtime.LockOSThread() // one thread is the tracer
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(self, append([]string{armedAid}, program...)...)
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = os.Stdout, os.Stderr, &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	j.main = cmd.Process.Pid
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	go func() {
		for range asked {
			_ = syscall.Kill(j.main, syscall.SIGTERM)
		}
	}()
	var ws unix.WaitStatus
	if _, err := unix.Wait4(j.main, &ws, 0, nil); err != nil {
		return 0, err
	}
	options := unix.PTRACE_O_EXITKILL | unix.PTRACE_O_TRACESECCOMP | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACEEXEC
	if err := errors.Join(unix.PtraceSetOptions(j.main, options), unix.PtraceCont(j.main, 0)); err != nil {
		return 0, err
	}
	return j.trace()
}

// trace waits for what the threads do. One that is gone meanwhile is no matter.
func (j *injector) trace() (int, error) {
	known := map[int]bool{j.main: true}
	for {
		var ws unix.WaitStatus
		pid, err := unix.Wait4(-1, &ws, unix.WALL, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return 0, err
		}
		switch {
		case ws.Exited() && pid == j.main:
			return ws.ExitStatus(), nil
		case ws.Signaled() && pid == j.main:
			return 128 + int(ws.Signal()), nil
		case !ws.Stopped():
			continue
		}
		pass := 0
		switch sig := ws.StopSignal(); {
		case sig == unix.SIGTRAP && ws.TrapCause() == unix.PTRACE_EVENT_SECCOMP:
			j.site(pid)
		case sig == unix.SIGTRAP && ws.TrapCause() > 0:
		case sig == unix.SIGSTOP && !known[pid]: // a thread begins
		default:
			pass = int(sig)
		}
		known[pid] = true
		_ = unix.PtraceCont(pid, pass)
	}
}

// site looks at a call before it takes place.
func (j *injector) site(tid int) {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &regs); err != nil {
		return
	}
	kind := sites[regs.Orig_rax]
	path := j.path(tid, &regs)
	if !strings.HasPrefix(path, j.dir+"/") || !strings.Contains(j.kinds, kind) {
		return
	}
	j.n++
	struck := j.at > 0 && j.n >= j.at && j.n < j.at+j.times
	fmt.Fprintf(j.log, "%d %s %s %t\n", j.n, kind, filepath.Base(path), struck)
	if !struck {
		return
	}
	switch j.fault {
	case "kill":
		_ = unix.Kill(j.main, unix.SIGKILL)
		return
	case "ENOSPC":
		regs.Rax = errno(unix.ENOSPC)
	default:
		regs.Rax = errno(unix.EIO)
	}
	regs.Orig_rax = ^uint64(0) // the call is left out
	_ = unix.PtraceSetRegs(tid, &regs)
}

func errno(e unix.Errno) uint64 { return uint64(-int64(e)) }

// path is what a call is about.
func (j *injector) path(tid int, regs *unix.PtraceRegs) string {
	args := [...]uint64{regs.Rdi, regs.Rsi}
	i, named := pathArgument[regs.Orig_rax]
	if !named {
		path, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, args[0]))
		return path
	}
	text := make([]byte, 4096)
	local := []unix.Iovec{{Base: &text[0], Len: uint64(len(text))}}
	n, err := unix.ProcessVMReadv(tid, local, []unix.RemoteIovec{{Base: uintptr(args[i]), Len: len(text)}}, 0)
	if err != nil { // the end of what is mapped: less is enough
		rest := 4096 - int(args[i]%4096)
		n, _ = unix.ProcessVMReadv(tid, []unix.Iovec{{Base: &text[0], Len: uint64(rest)}}, []unix.RemoteIovec{{Base: uintptr(args[i]), Len: rest}}, 0)
	}
	path, _, _ := strings.Cut(string(text[:n]), "\x00")
	return path
}
