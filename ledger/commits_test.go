package ledger

import "testing"

func TestCommitsAreTheLastOnes(t *testing.T) {
	t.Parallel()
	var c Commits
	for k := range maxCommits + 3 {
		c.Add(Commit{Identities: k})
	}
	list := c.List()
	if len(list) != maxCommits || list[0].Identities != 3 || list[maxCommits-1].Identities != maxCommits+2 {
		t.Errorf("List() = %d commits from %d to %d, want the last %d", len(list), list[0].Identities, list[len(list)-1].Identities, maxCommits)
	}
}
