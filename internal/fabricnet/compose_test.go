package fabricnet_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/internal/testenv"
)

// composeFile is what deploy/fabric/compose.yaml says of its services.
type composeFile struct {
	Services map[string]struct {
		Image       string            `yaml:"image"`
		Command     []string          `yaml:"command"`
		Environment map[string]string `yaml:"environment"`
	} `yaml:"services"`
}

// inVolume is where every container finds the folder that prepare wrote.
const inVolume = "/var/lib/fabric/net/"

// What prepare writes and what the containers are told belong together: every
// node has its service, every path leads to a file, every address is one that
// somebody listens on, and the builder gets all it reads.
func TestComposeFitsWhatIsPrepared(t *testing.T) {
	t.Parallel()
	net := filepath.Join(t.TempDir(), "net")
	folder := filepath.Join(testenv.Root(), "deploy", "fabric")
	compose := parseCompose(t, filepath.Join(folder, "compose.yaml"))
	prepare(t, net, compose.Services["prepare"].Environment)

	var nodes []string
	for _, entry := range entries(t, filepath.Join(net, "cfg")) {
		if entry.IsDir() {
			nodes = append(nodes, entry.Name())
		}
	}
	nodes = append(nodes, "cc-manager", "cc-telecom")
	slices.Sort(nodes)
	services := slices.DeleteFunc(slices.Sorted(maps.Keys(compose.Services)), func(s string) bool { return s == "prepare" || s == "channel" })
	if !slices.Equal(services, nodes) {
		t.Errorf("services %v, nodes %v; want the same", services, nodes)
	}

	told := regexp.MustCompile(`\$(CHAINCODE_[A-Z_]+)`)
	var names []string
	for _, m := range told.FindAllStringSubmatch(string(read(t, filepath.Join(folder, "builder", "release"))), -1) {
		names = append(names, m[1])
	}
	if len(names) != 4 {
		t.Fatalf("builder/release reads %v, want four settings", names)
	}
	for name, s := range compose.Services {
		for _, value := range append(slices.Collect(maps.Values(s.Environment)), s.Command...) {
			for _, path := range regexp.MustCompile(inVolume+`[^ )]+`).FindAllString(value, -1) {
				if _, err := os.Stat(filepath.Join(net, strings.TrimPrefix(path, inVolume))); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if !strings.HasPrefix(s.Image, "hyperledger/fabric-peer:") {
			continue
		}
		for _, setting := range names {
			if s.Environment[setting] == "" {
				t.Errorf("%s: %s is not set, but the builder reads it", name, setting)
			}
		}
		chaincode, port, _ := strings.Cut(s.Environment["CHAINCODE_ADDRESS"], ":")
		if got := compose.Services[chaincode].Environment["CHAINCODE_ADDRESS"]; got != "0.0.0.0:"+port {
			t.Errorf("%s looks for its chaincode at %s:%s, where it listens on %q", name, chaincode, port, got)
		}
	}
}

func parseCompose(t *testing.T, path string) composeFile {
	t.Helper()
	var f composeFile
	if err := yaml.Unmarshal(read(t, path), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// prepare runs what the service of that name runs.
func prepare(t *testing.T, net string, env map[string]string) {
	t.Helper()
	cmd := fabricnet.Script("containers.sh", "prepare")
	cmd.Env = os.Environ()
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(cmd.Env, "NET="+net, "FABRIC_BIN="+fabricnet.Programs(t))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("containers.sh prepare = %v, %s", err, out)
	}
}

func entries(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
