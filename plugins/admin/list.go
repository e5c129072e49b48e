package admin

import (
	"context"
	"fmt"
	"slices"

	"github.com/gorm-auth/authplugin"
)

// ListQuery says which users to list.
type ListQuery struct {
	// Search is a text to be found in SearchField, in upper or lower case. Empty finds
	// all users.
	Search string
	// SearchField is the field to search, by logical name. Defaults to "email".
	SearchField string
	// SearchOperator is how: [authplugin.OperatorContains], the default, or
	// OperatorStartsWith, OperatorEndsWith, OperatorEq.
	SearchOperator authplugin.Operator
	// Where are further conditions, such as Eq("banned", true). Hidden fields are
	// refused, so that nobody finds out what is in them.
	Where []authplugin.Condition
	// Sort is the order. Defaults to the id, which always comes last.
	Sort authplugin.Sort
	// Limit is the largest number of users. Defaults to 100; at most 500.
	Limit int
	// Offset skips users. After goes on after a page: it is the Next of that page, with
	// the same Sort, and as quick on the last page as on the first.
	Offset int
	After  authplugin.Values
	// NoTotal leaves out the total, which costs a look at everything that matches.
	NoTotal bool
}

// Page is a part of a list of users.
type Page struct {
	Users []authplugin.User
	// Total is how many users match, on all pages; -1 with NoTotal.
	Total int64
	// Limit and Offset are those that hold.
	Limit, Offset int
	// Next is the After of the next page. It is nil on the last page, and when users
	// are sorted by a field that may be NULL: use Offset then.
	Next authplugin.Values
}

// How many users a page has.
const (
	defaultLimit = 100
	maxLimit     = 500
)

// List lists users.
func (u Unchecked) List(ctx context.Context, q ListQuery) (*Page, error) {
	if u.o.err != nil {
		return nil, u.o.err
	}
	if q.Limit < 0 || q.Offset < 0 {
		return nil, fmt.Errorf("%w: Limit and Offset must not be negative", authplugin.ErrInvalid)
	}
	model, _ := u.o.auth.Schema().Model(authplugin.ModelUser)
	where, sort := q.where(), q.sort()
	if err := refuseHidden(model, where, sort); err != nil {
		return nil, err
	}
	page := &Page{Total: -1, Limit: q.limit(), Offset: q.Offset}
	users, err := u.o.auth.Users().List(ctx, authplugin.Query{
		Where: where, Sort: sort, Offset: q.Offset, After: q.After,
		Limit: page.Limit + 1, // one more tells whether there is a next page
	})
	if err != nil {
		return nil, err
	}
	page.Users = users[:min(len(users), page.Limit)]
	if len(users) > page.Limit {
		page.Next = next(model, sort, &users[page.Limit-1])
	}
	if q.NoTotal {
		return page, nil
	}
	page.Total, err = u.o.auth.Users().Count(ctx, where...)
	return page, err
}

func (q ListQuery) where() []authplugin.Condition {
	where := slices.Clone(q.Where)
	if q.Search == "" {
		return where
	}
	search := authplugin.Condition{Field: q.SearchField, Operator: q.SearchOperator, Value: q.Search}
	setDefault(&search.Field, "email")
	setDefault(&search.Operator, authplugin.OperatorContains)
	return append(where, search.Insensitive())
}

func (q ListQuery) sort() authplugin.Sort {
	if len(q.Sort) > 0 && q.Sort[len(q.Sort)-1].Field == "id" {
		return q.Sort
	}
	return slices.Concat(q.Sort, authplugin.Asc("id"))
}

func (q ListQuery) limit() int {
	if q.Limit == 0 {
		return defaultLimit
	}
	return min(q.Limit, maxLimit)
}

// refuseHidden refuses to search and sort by what nobody is to see.
func refuseHidden(model authplugin.ModelInfo, where []authplugin.Condition, sort authplugin.Sort) error {
	names := make([]string, 0, len(where)+len(sort))
	for _, c := range where {
		names = append(names, c.Field)
	}
	for _, s := range sort {
		names = append(names, s.Field)
	}
	for _, name := range names {
		if f, ok := model.Field(name); ok && f.Hidden {
			return &authplugin.FieldError{Model: model.Name, Field: name, Problem: "is hidden, and not for searching or sorting by"}
		}
	}
	return nil
}

// next are the values of the last user of a page by which the next one begins.
func next(model authplugin.ModelInfo, sort authplugin.Sort, last *authplugin.User) authplugin.Values {
	core := authplugin.Values{
		"id": last.ID, "name": last.Name, "email": last.Email, "emailVerified": last.EmailVerified,
		"createdAt": last.CreatedAt, "updatedAt": last.UpdatedAt,
	}
	values := authplugin.Values{}
	for _, s := range sort {
		if f, ok := model.Field(s.Field); !ok || !f.NotNull && !f.Primary {
			return nil
		}
		value, ok := core[s.Field]
		if !ok {
			value = last.Additional[s.Field]
		}
		values[s.Field] = value
	}
	return values
}

// List is [Unchecked.List] for those who may list users ([ActionList]).
func (a Acting) List(ctx context.Context, q ListQuery) (*Page, error) {
	if err := a.may(ResourceUser, ActionList, errList); err != nil {
		return nil, err
	}
	return a.o.Unchecked().List(ctx, q)
}

// Get finds a user by id, for those who may see users ([ActionGet]). It is
// [authplugin.ErrNotFound] when there is none.
func (a Acting) Get(ctx context.Context, userID authplugin.ID) (*authplugin.User, error) {
	if err := a.may(ResourceUser, ActionGet, errGet); err != nil {
		return nil, err
	}
	return a.o.auth.Users().FindByID(ctx, userID)
}
