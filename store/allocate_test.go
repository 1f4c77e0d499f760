package store_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
)

// allocator names, in the environment of this test binary, the database that it
// shall take numbers from, and for whom.
const allocator = "VOUCHLINE_STORE_TEST_ALLOCATOR"

const (
	allocators = 3
	lines      = 60 // of each
	shared     = 10 // of which all of them claim the same
)

// TestAllocator is not a test: TestProcessesThatAllocate runs it as a process.
func TestAllocator(t *testing.T) {
	order := strings.Split(os.Getenv(allocator), "\n")
	if len(order) != 3 {
		return // as a test it has nothing to show
	}
	s, err := store.Open(t.Context(), victimConfig(order[0], order[1]))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	for i := range lines {
		identity := fmt.Sprintf("id-%s-%d", order[2], i)
		if i < shared {
			identity = fmt.Sprintf("id-shared-%d", i)
		}
		ext, err := s.AllocateExtension(t.Context(), pbx.Claim{IdentityID: identity, Slot: i % 3}, pbx.Numbering{
			Ranges: []pbx.Range{{Plan: pbx.Plan{First: 1000, Last: 9999}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Printf("allocated %s %s\n", identity, ext)
	}
}

// Processes that take numbers at the same time get no number twice, the same
// one for the same claim, and leave no gap.
func TestProcessesThatAllocate(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, _ *store.Store, dsn, dir string) {
		t.Helper()
		var processes []*allocating
		for i := range allocators {
			processes = append(processes, startAllocator(t, fmt.Sprint(i), dsn, dir))
		}
		for _, p := range processes {
			if _, err := p.begin.Write([]byte("\n")); err != nil {
				t.Fatal(err)
			}
		}
		holders, numbers := map[string]string{}, map[string]string{}
		for _, p := range processes {
			for _, line := range p.end(t) {
				identity, ext, _ := strings.Cut(line, " ")
				if other := numbers[identity]; other != "" && other != ext {
					t.Errorf("%s has the numbers %s and %s", identity, other, ext)
				}
				if other := holders[ext]; other != "" && other != identity {
					t.Errorf("%s is the number of %s and %s", ext, other, identity)
				}
				holders[ext], numbers[identity] = identity, ext
			}
		}
		var taken []string
		for ext := range holders {
			taken = append(taken, ext)
		}
		want := allocators*(lines-shared) + shared
		if last := slices.Max(taken); len(taken) != want || last != fmt.Sprint(1000+want-1) {
			t.Errorf("%d numbers up to %s, want %d without a gap", len(taken), last, want)
		}
	})
}

// allocating is a process that waits for a line and then takes numbers.
type allocating struct {
	cmd   *exec.Cmd
	begin io.Writer
	says  *bufio.Scanner
}

// startAllocator returns when the process is ready.
func startAllocator(t *testing.T, name, dsn, dir string) *allocating {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAllocator$")
	cmd.Env = append(os.Environ(), allocator+"="+dsn+"\n"+dir+"\n"+name)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &allocating{cmd: cmd, begin: in, says: bufio.NewScanner(out)}
	if !p.says.Scan() || p.says.Text() != "ready" {
		t.Fatalf("the process said %q", p.says.Text())
	}
	return p
}

// end waits for the process and returns what it was given.
func (p *allocating) end(t *testing.T) (given []string) {
	t.Helper()
	for p.says.Scan() {
		if line, ok := strings.CutPrefix(p.says.Text(), "allocated "); ok {
			given = append(given, line)
		}
	}
	if err := p.cmd.Wait(); err != nil || len(given) != lines {
		t.Fatalf("a process was given %d numbers of %d: %v", len(given), lines, err)
	}
	return given
}
