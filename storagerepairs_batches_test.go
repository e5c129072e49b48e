package authplugin

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

func TestInBatches(t *testing.T) {
	t.Parallel()
	bad := errors.New("it cannot be repaired")
	for name, test := range map[string]struct {
		size int
		// fails are below this number, with this error.
		fails int
		err   error
		// left is how many are not done, at most.
		left int
	}{
		"none":                            {0, 0, bad, 0},
		"all":                             {3*repairBatch + 1, 0, bad, 0},
		"some fail":                       {3*repairBatch + 1, repairFailures - 1, bad, repairFailures - 1},
		"all fail":                        {2 * repairBatch, 2 * repairBatch, bad, 2 * repairBatch},
		"the storage is not there at all": {2 * repairBatch, 2 * repairBatch, ErrStorage, 2 * repairBatch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := map[int]bool{}
			for i := range test.size {
				all[i] = true
			}
			tries, largest := 0, 0
			err := inBatches(t.Context(), all, func(ctx context.Context, part map[int]bool) error {
				if _, limited := ctx.Deadline(); !limited {
					t.Error("a part without a limit of time")
				}
				tries, largest = tries+1, max(largest, len(part))
				for i := range part {
					if i < test.fails {
						return test.err
					}
				}
				for i := range part {
					delete(all, i)
				}
				return nil
			})
			if !errors.Is(err, test.err) && test.fails > 0 || err != nil && test.fails == 0 {
				t.Errorf("%v", err)
			}
			if len(all) > test.left {
				t.Errorf("%d are left, want %d", len(all), test.left)
			}
			if largest > repairBatch || test.fails == test.size && test.size > 0 && tries > 1+repairFailures {
				t.Errorf("%d tries, of %d at most", tries, largest)
			}
			if errors.Is(test.err, ErrStorage) && tries != 1 {
				t.Errorf("%d tries without a storage", tries)
			}
		})
	}
}

func TestPutUser(t *testing.T) {
	t.Parallel()
	r := &storageRepairs{users: map[ID][]endedUser{}}
	at := func(seconds int) endedUser { return endedUser{at: moment(seconds)} }
	but := func(except string, seconds int) endedUser {
		return endedUser{except: except, spared: except, at: moment(seconds)}
	}
	for _, step := range []struct {
		put  endedUser
		want []endedUser
	}{
		{but("a", 1), []endedUser{but("a", 1)}},
		{but("b", 2), []endedUser{but("a", 1), but("b", 2)}},
		{but("a", 3), []endedUser{but("b", 2), but("a", 3)}},
		{but("a", 1), []endedUser{but("b", 2), but("a", 3)}},
		{at(2), []endedUser{but("a", 3), at(2)}},
		{at(4), []endedUser{at(4)}},
		{but("c", 1), []endedUser{at(4), but("c", 1)}},
	} {
		r.putUser("ada", step.put)
		if got := r.users["ada"]; !slices.Equal(got, step.want) {
			t.Errorf("after %v: %v, want %v", step.put, got, step.want)
		}
	}
}

func moment(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
