package tests

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// plainUser reads the table of users without the plugin.
type plainUser struct {
	ID    string
	Name  string
	Email string
	Image *string
}

// TableName is called by GORM.
func (plainUser) TableName() string { return "users" }

// condition makes a random condition for both, over ids and other columns.
func condition(r *rand.Rand, ids []authplugin.ID, depth int) (ours, plain clause.Expression) {
	names := []string{"n0", "n1", "n2"}
	if depth > 0 && r.IntN(2) == 0 {
		var oursList, plainList []clause.Expression
		for range 1 + r.IntN(3) {
			o, p := condition(r, ids, depth-1)
			oursList, plainList = append(oursList, o), append(plainList, p)
		}
		switch r.IntN(3) {
		case 0:
			return clause.And(oursList...), clause.And(plainList...)
		case 1:
			return clause.Or(oursList...), clause.Or(plainList...)
		default:
			return clause.Not(oursList...), clause.Not(plainList...)
		}
	}
	id := ids[r.IntN(len(ids))]
	list, plainList := []any{}, []any{}
	for range r.IntN(4) {
		one := ids[r.IntN(len(ids))]
		list, plainList = append(list, one), append(plainList, string(one))
	}
	name := names[r.IntN(len(names))]
	same := func(e clause.Expression) (clause.Expression, clause.Expression) { return e, e }
	switch r.IntN(9) {
	case 0:
		return clause.Eq{Column: "id", Value: id}, clause.Eq{Column: "id", Value: string(id)}
	case 1:
		return clause.Neq{Column: "id", Value: id}, clause.Neq{Column: "id", Value: string(id)}
	case 2:
		return clause.IN{Column: "id", Values: list}, clause.IN{Column: "id", Values: plainList}
	case 3:
		return clause.Gt{Column: "id", Value: id}, clause.Gt{Column: "id", Value: string(id)}
	case 4:
		return clause.Expr{SQL: "id <> ? OR name = ?", Vars: []any{id, name}}, clause.Expr{SQL: "id <> ? OR name = ?", Vars: []any{string(id), name}}
	case 5:
		return same(clause.Eq{Column: "image", Value: nil})
	case 6:
		return same(clause.Neq{Column: "name", Value: name})
	case 7:
		return same(clause.Like{Column: "email", Value: "%" + name + "%"})
	default:
		return same(clause.Eq{Column: clause.Column{Table: "users", Name: "name"}, Value: name})
	}
}

// A condition on a model matches the rows that it matches without the plugin.
func TestConditionsMatchWhatPlainGORMMatches(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, _ := use(t, d, authplugin.Config{AutoMigrate: true})
		plainDB := d.Open(t, nil)
		ids := []authplugin.ID{"no-such-id", "", "it's"}
		for i := range 12 {
			name := fmt.Sprintf("n%d", i%4)
			u := authplugin.User{Name: name, Email: fmt.Sprintf("%s-%d", name, i)}
			if i%3 == 0 {
				u.Image = &name
			}
			must(t, db.Create(&u).Error)
			ids = append(ids, u.ID)
		}
		for seed := range uint64(400) {
			ours, plain := condition(rand.New(rand.NewPCG(seed, 7)), ids, 3)
			var got, want []string
			gotErr := db.Model(&authplugin.User{}).Where(ours).Order("email").Pluck("email", &got).Error
			wantErr := plainDB.Model(&plainUser{}).Where(plain).Order("email").Pluck("email", &want).Error
			if (gotErr == nil) != (wantErr == nil) || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("seed %d: %v %v, want %v %v\nours  %s\nplain %s", seed, got, gotErr, want, wantErr,
					db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Model(&authplugin.User{}).Where(ours).Find(&[]authplugin.User{}) }),
					plainDB.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Model(&plainUser{}).Where(plain).Find(&[]plainUser{}) }))
			}
		}
	})
}
