package authplugin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// MigrationResult is what a migration did, also one that failed.
type MigrationResult struct {
	// Applied are the steps that were applied and stay, in order.
	Applied []AppliedStep `json:"applied"`
	// Skipped are steps of the plan that had been applied already.
	Skipped []Step `json:"skipped"`
	// Failed is the step that could not be applied, nil if there was none. What it
	// had done is undone, where [Step.Transactional].
	Failed *Step `json:"failed,omitempty"`
	// Pending are steps that were not applied, or undone, because of it.
	Pending []Step `json:"pending"`
}

func newMigrationResult() *MigrationResult {
	return &MigrationResult{Applied: []AppliedStep{}, Skipped: []Step{}, Pending: []Step{}}
}

// AppliedStep is a step and how long it took.
type AppliedStep struct {
	Step

	Duration time.Duration `json:"duration"` // in nanoseconds
}

// MigrationProgress is a step that begins, waits or has ended.
type MigrationProgress struct {
	Step Step
	// Number counts the steps from 1 to Total.
	Number, Total int
	// Done is false when the step begins, and true when it has ended well.
	Done bool
	// Waiting is why a step has not ended yet: the database's error about the
	// transactions of others that it gave up waiting for, with where to find them.
	// The step is about to be tried again. nil when it begins and when it has ended.
	Waiting error
	// Duration is how long the step took, or has been tried for.
	Duration time.Duration
}

// MigrationError says which step of a migration failed.
type MigrationError struct {
	// Result says what was applied.
	Result *MigrationResult
	Step   Step
	// Statement is the one of the step's that failed.
	Statement string
	// Cause is the database's error.
	Cause error

	kind   error
	reason dialect.ErrorKind
	// blockers says where to find the transactions that were in the way.
	blockers string
}

// Error implements error.
func (e *MigrationError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "authplugin: cannot %s: %v", e.Step, e.Cause)
	if len(e.Result.Applied) == 0 {
		b.WriteString("; nothing was applied" + e.remedy())
		return b.String()
	}
	b.WriteString("; applied before it, and left there: ")
	for i, s := range e.Result.Applied {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s.String())
	}
	b.WriteString("; the next migration goes on from there" + e.remedy())
	return b.String()
}

// remedy says how to mend what another run would meet again.
func (e *MigrationError) remedy() string {
	switch e.reason {
	case dialect.NotPermitted:
		return "; the database user may not do that: migrate as one who may, or have them run the SQL of the plan"
	case dialect.NameTaken:
		if e.Step.Kind == CreateTable {
			return "; what has the name is no table that could be used, perhaps a view: rename it, or give the model another table"
		}
		return "; something else has the name: rename that"
	case dialect.Retryable:
		return e.blockers
	default:
		return ""
	}
}

// Unwrap gives the database's error and, where it has one, its sentinel.
func (e *MigrationError) Unwrap() []error {
	if e.kind == nil {
		return []error{e.Cause}
	}
	return []error{e.kind, e.Cause}
}

// fail notes the step that failed and what is left with it.
func (r *MigrationResult) fail(step Step, pending []Step) {
	r.Failed, r.Pending = &step, pending
}

// rollBack notes that what was applied is undone.
func (r *MigrationResult) rollBack() {
	undone := make([]Step, len(r.Applied))
	for i, s := range r.Applied {
		undone[i] = s.Step
	}
	r.Applied, r.Pending = []AppliedStep{}, slices.Concat(undone, r.Pending)
}
