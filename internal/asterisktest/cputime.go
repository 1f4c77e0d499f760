package asterisktest

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// clockTick is the unit of times in /proc (USER_HZ, which is 100 on Linux).
const clockTick = 10 * time.Millisecond

// CPUTime returns what the server has used so far, and the sessions that its
// database keeps for it. It depends less on what else the machine does than the
// time on a clock.
func (s *Server) CPUTime(tb testing.TB) (asterisk, database time.Duration) {
	tb.Helper()
	asterisk = cpuTime(tb, s.pid)
	if s.database == nil {
		return asterisk, 0
	}
	for _, pid := range s.database.sessions(tb) {
		database += cpuTime(tb, pid)
	}
	return asterisk, database
}

// cpuTime reads utime and stime of proc_pid_stat(5), fields 14 and 15: the
// second field alone may have spaces in it, and ends with the last parenthesis.
func cpuTime(tb testing.TB, pid int) time.Duration {
	tb.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		tb.Fatal(err)
	}
	var ticks int
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(string(field))
		if err != nil {
			tb.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick
}
