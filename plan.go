package authplugin

import (
	"fmt"
	"strings"
)

// Plan is what a migration would do: the difference between the logical schema
// and the database. It is a value: it can be printed, kept as JSON, reviewed, and
// given to [Auth.Apply] later.
type Plan struct {
	// Dialect is the kind of database that the SQL is for: sqlite, postgres, mysql
	// (MariaDB too) or sqlserver.
	Dialect string `json:"dialect"`
	// Steps are what is missing, in the order in which it is created.
	Steps []Step `json:"steps"`
	// Recommended are indexes that tables which already exist would do well to
	// have. They are created on request only, see [WithRecommended].
	Recommended []Step `json:"recommended"`
	// Unsafe are steps that would fail or lose data. While there is one, nothing
	// is applied.
	Unsafe []UnsafeStep `json:"unsafe"`
	// Drift is where the database differs from the schema in a way that the
	// library reports and never changes.
	Drift []Drift `json:"drift"`
}

// Step is one addition to the database.
type Step struct {
	Kind StepKind `json:"kind"`
	// Model is the logical name; Table and Name are physical. Name is the column,
	// index or constraint, empty for a table.
	Model string `json:"model"`
	Table string `json:"table"`
	Name  string `json:"name,omitempty"`
	// SQL is what is executed, in order.
	SQL []string `json:"sql"`
	// Reverse takes the step back, in order; what has been written to the table,
	// column or schema since is lost with it. The library never runs it.
	Reverse []string `json:"reverse"`
	// Transactional says that the step runs in the transaction of the migration,
	// and leaves nothing behind when that fails. It is false for every step on
	// MySQL, and for indexes that PostgreSQL builds concurrently.
	Transactional bool `json:"transactional"`
}

// StepKind is what a step creates.
type StepKind string

// The kinds of steps.
const (
	CreateSchema     StepKind = "create schema"
	CreateTable      StepKind = "create table"
	AddColumn        StepKind = "add column"
	CreateIndex      StepKind = "create index"
	CreateForeignKey StepKind = "create foreign key"
)

// UnsafeStep is one step that would fail or lose data.
type UnsafeStep struct {
	// Table and Name are physical: the table and its column, index or constraint.
	Table string `json:"table"`
	Name  string `json:"name"`
	// Reason says why the step is unsafe.
	Reason string `json:"reason"`
	// Recipe says how to bring it about by hand, or how to make it safe.
	Recipe string `json:"recipe"`
}

// Drift is a difference that is reported and never changed.
type Drift struct {
	Kind DriftKind `json:"kind"`
	// Model is the logical name; Table and Column are physical. Column is empty
	// for a table that was renamed.
	Model  string `json:"model"`
	Table  string `json:"table"`
	Column string `json:"column,omitempty"`
	// Problem says what differs.
	Problem string `json:"problem"`
	// SQL would bring the database to the schema, and Reverse back. They are for
	// a person to review: they may lock or rewrite the table, and fail on rows
	// that do not fit. Nothing in this library runs them. Empty where the database
	// knows no such statement.
	SQL     []string `json:"sql,omitempty"`
	Reverse []string `json:"reverse,omitempty"`
}

// DriftKind is what differs.
type DriftKind string

// The kinds of drift.
const (
	// DriftType is a column of another type.
	DriftType DriftKind = "type"
	// DriftNullability is a column that may be NULL and should not, or the reverse.
	DriftNullability DriftKind = "nullability"
	// DriftUnknownColumn is a required column that the schema does not know.
	DriftUnknownColumn DriftKind = "unknown column"
	// DriftRename is a column that the schema seems to know by another name.
	DriftRename DriftKind = "rename"
	// DriftIndex is an index that cannot be made on the columns as they are.
	DriftIndex DriftKind = "index"
	// DriftForeignKey is a foreign key that cannot be added.
	DriftForeignKey DriftKind = "foreign key"
)

// Empty reports whether there is nothing to do: no step, and no unsafe one.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 && len(p.Unsafe) == 0 }

// String lists the plan for a person to read.
func (p *Plan) String() string {
	var b strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "%s\n", s)
	}
	for _, s := range p.Recommended {
		fmt.Fprintf(&b, "recommended: %s\n", s)
	}
	for _, s := range p.Unsafe {
		fmt.Fprintf(&b, "unsafe: %s.%s: %s; %s\n", s.Table, s.Name, s.Reason, s.Recipe)
	}
	for _, d := range p.Drift {
		fmt.Fprintf(&b, "drift: %s\n", d)
	}
	if b.Len() == 0 {
		return "up to date\n"
	}
	return b.String()
}

// String says what differs: "users.name: is called full_name in the schema".
func (d Drift) String() string {
	if d.Column == "" {
		return d.Table + ": " + d.Problem
	}
	return d.Table + "." + d.Column + ": " + d.Problem
}

// String names the step: "add column users.role".
func (s Step) String() string {
	if s.Name == "" {
		return fmt.Sprintf("%s %s", s.Kind, s.Table)
	}
	return fmt.Sprintf("%s %s.%s", s.Kind, s.Table, s.Name)
}

// key tells the steps of a plan apart, and finds them again in a later plan.
func (s Step) key() string { return s.String() }
