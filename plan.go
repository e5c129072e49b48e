package authplugin

import (
	"fmt"
	"strings"
)

// Plan is what a migration would do: the difference between the logical schema
// and the database.
type Plan struct {
	// Steps are what is missing, in the order in which it is created.
	Steps []Step
	// Recommended are indexes that tables which already exist would do well to
	// have. They are created on request only, see [WithRecommended].
	Recommended []Step
	// Unsafe are steps that would fail or lose data. While there is one, nothing
	// is applied.
	Unsafe []UnsafeStep
	// Drift is where the database differs from the schema in a way that the
	// library reports and never changes.
	Drift []Drift
}

// Step is one addition to the database.
type Step struct {
	Kind StepKind
	// Model is the logical name; Table and Name are physical. Name is the column,
	// index or constraint, empty for a table.
	Model, Table, Name string
	// SQL is what is executed, in order.
	SQL []string
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

// Drift is a difference that is reported and never changed.
type Drift struct {
	Model, Table, Column string
	Problem              string
}

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
		fmt.Fprintf(&b, "drift: %s.%s: %s\n", d.Table, d.Column, d.Problem)
	}
	if b.Len() == 0 {
		return "up to date\n"
	}
	return b.String()
}

// String names the step: "add column users.role".
func (s Step) String() string {
	if s.Name == "" {
		return fmt.Sprintf("%s %s", s.Kind, s.Table)
	}
	return fmt.Sprintf("%s %s.%s", s.Kind, s.Table, s.Name)
}
